import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/defibrillator/defib-ready-1.profile.ts";
import type { ModbusProfile } from "../profile/modbus.ts";
import { decodeModbus, type ModbusAnswer } from "./modbus.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
const [, registerReply, , inputReply] = fixture("defib-ready-1.ready.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const meaning = JSON.parse(fixture("defib-ready-1.ready.json"));

/** Words and bits of the golden RTU replies, taken out by hand: unit, function, byte count, data, CRC. */
const words = Array.from({ length: 16 }, (_, index) => registerReply?.readUInt16BE(3 + 2 * index) ?? -1);
const bits = Array.from({ length: 12 }, (_, index) => ((inputReply?.[3 + (index >> 3)] ?? 0) >> (index & 7)) & 1);
const answers = (registers: readonly number[], inputs: readonly number[]): ModbusAnswer[] => [
  { table: "input-register", address: 0, count: 16, values: registers },
  { table: "discrete-input", address: 0, count: 9, values: inputs },
];
const golden = answers(words, bits);
const withRegister = (address: number, word: number) => answers(words.with(address, word), bits);
const withInputs = (...set: number[]) =>
  answers(
    words,
    bits.map((_, index) => (set.includes(index) ? 1 : 0)),
  );
const found = (answer: readonly ModbusAnswer[]) => {
  const decoded = decodeModbus(profile, "status", answer);
  if (!decoded.ok) throw new Error(decoded.fault);
  return { ...decoded.value, readings: new Map(decoded.value.readings.map((reading) => [reading.metric, reading])) };
};

test("the golden answer means what its fixture says", () => {
  const { identity, operatingState, readings } = found(golden);
  expect({ identity, operatingState }).toEqual({ identity: meaning.identity, operatingState: meaning.operatingState });
  expect(Object.fromEntries([...readings].map(([metric, { value }]) => [metric, value]))).toEqual(meaning.readings);
});

test("in use goes before self-test, and neither is standby", () => {
  expect(found(withInputs(2, 7)).operatingState).toBe("in-use");
  expect(found(withInputs(7)).operatingState).toBe("self-test");
  expect(found(withInputs()).operatingState).toBe("standby");
});

test("each bit of the verdict is a check of its own", () => {
  const { readings } = found(withRegister(2, 0b1000_0001));
  expect(readings.get("selfTestEnergy")?.value).toBe(1);
  expect(readings.get("selfTestCharge")?.value).toBe(0);
  expect(readings.get("selfTestClock")?.value).toBe(1);
});

test("a word that is no code and a value out of range are kept and implausible", () => {
  expect(found(withRegister(1, 9)).readings.get("readinessIndicator")).toMatchObject({
    value: 9,
    quality: "implausible",
  });
  expect(found(withRegister(7, 250)).readings.get("batteryChargePct")).toMatchObject({
    value: 250,
    quality: "implausible",
  });
});

test("a float is the shortest decimal that it can be, and no other float", () => {
  const float = { poll: "status", from: "input-register", address: 1, type: "float32" } as const;
  const map: ModbusProfile = {
    ...profile,
    metrics: { chargeTimeS: float },
    operatingState: { inputRegister: 0, states: {} },
  };
  const read = (value: number): number | null | undefined => {
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setFloat32(0, value);
    const values = [0x0100, bytes.getUint16(0), bytes.getUint16(2), ...Array.from({ length: 13 }, () => 0)];
    const decoded = decodeModbus(map, "status", [{ table: "input-register", address: 0, count: 16, values }]);
    return decoded.ok ? decoded.value.readings[0]?.value : undefined;
  };
  expect([12.3, -0.1, 16_777_216, 0].map(read)).toEqual([12.3, -0.1, 16_777_216, 0]);
  expect(read(Number.NaN)).toBeNull();
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(fc.property(finite, (value) => Math.fround(read(value) ?? Number.NaN) === value));
});

test("another map and a short answer are faults", () => {
  expect(decodeModbus(profile, "status", withRegister(0, 0x0200))).toEqual({ ok: false, fault: "codec.layout" });
  expect(decodeModbus(profile, "status", answers(words.slice(0, 15), bits))).toEqual({
    ok: false,
    fault: "codec.word-count",
  });
});

test("what the device does not have is blank, and a state that may hide behind it is unknown", () => {
  const [registers = { table: "input-register", address: 0, count: 0, values: [] }] = golden;
  const without = (...answer: ModbusAnswer[]) => found([registers, ...answer]);
  const { readings, operatingState } = without();
  expect(readings.get("mainsPresent")).toEqual({ metric: "mainsPresent", value: null, quality: "good" });
  expect(operatingState).toBe("unknown");
  // Discrete input 2 says "in use" before all else; the others are read here without it.
  const inputs = (address: number, values: number[]) =>
    ({ table: "discrete-input", address, count: values.length, values }) as const;
  expect(without(inputs(0, [1, 0]), inputs(3, [0, 0, 0, 0, 1, 0])).operatingState).toBe("unknown");
  expect(without(inputs(0, [1, 0, 1])).operatingState).toBe("in-use");
});

test("any words are readings or a fault", () => {
  const any = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 });
  fc.assert(
    fc.property(any, fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 12 }), (registers, inputs) => {
      const decoded = decodeModbus(profile, "status", answers([0x0100, ...registers], inputs));
      return !decoded.ok || decoded.value.readings.every(({ value }) => value !== null && Number.isFinite(value));
    }),
  );
});
