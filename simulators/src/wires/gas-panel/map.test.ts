import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BODY_STATES } from "../../devices/duty-cycle.ts";
import { GAS_ALARMS, GasPanel } from "../../devices/gas-panel.ts";
import { createRandom } from "../../random.ts";
import { RTU_FRAMING } from "../modbus/rtu-framing.ts";
import { answerPdu } from "../modbus/tables.ts";
import { gasPanelTables } from "./map.ts";

const panel = (seed = 1): GasPanel => new GasPanel({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(seed));
type Gauge = Parameters<GasPanel["gauges"]["pin"]>[0];
function withPins(pins: Partial<Record<Gauge, number>>): GasPanel {
  const body = panel();
  for (const [metric, value] of Object.entries(pins)) body.gauges.pin(metric as Gauge, value);
  return body;
}
const ask = (request: string, body: GasPanel): string =>
  answerPdu(Buffer.from(request.replaceAll(" ", ""), "hex"), gasPanelTables(body, 12))
    .toString("hex")
    .toUpperCase();

/** Lines of `> request` and `< reply` in pairs, as the sheet has them; `#` begins a remark. */
const EXAMPLES = readFileSync(new URL("../../../fixtures/gas-panel-rtu.hex", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^[<>]/.test(line))
  .map((line) => Buffer.from(line.slice(1).replace(/\s/g, ""), "hex"));

test("the worked examples of the sheet come out byte for byte, checksums included", () => {
  const body = panel();
  body.duty.hold("in-use");
  expect(EXAMPLES).toHaveLength(4);
  for (let index = 0; index < EXAMPLES.length; index += 2) {
    const [request, reply] = EXAMPLES.slice(index, index + 2);
    const { adus, rest, broken } = RTU_FRAMING.take(request ?? Buffer.alloc(0));
    expect([adus.length, rest.length, broken]).toEqual([1, 0, null]);
    const [adu] = adus;
    if (adu === undefined) throw new Error("no request taken");
    expect(adu.unit).toBe(5);
    const pdu = answerPdu(adu.pdu, gasPanelTables(body, 12));
    expect(RTU_FRAMING.encode({ ...adu, pdu }).toString("hex")).toBe(reply?.toString("hex"));
  }
});

test("every quantity stands at its address, in its scale, sign and word order", () => {
  const body = withPins({
    oxygenLinePressureKPa: 451.2,
    airLinePressureKPa: 447.9,
    vacuumPressureKPa: -52.3,
    primarySourcePressureKPa: 1050,
    reserveSourcePressureKPa: 14_200,
    airDewPointCel: -58.4,
    compressorRunTimeH: 12_345.6,
    compressorStartCount: 70_000,
    oxygenFlowLPerMin: 82.5,
    oxygenPressureHighLimitKPa: 550,
    oxygenPressureLowLimitKPa: 360,
  });
  // 4512, 4479, -523, 1050, 14200, -584.
  expect(ask("04 000A 0006", body)).toBe("040C11A0117FFDF5041A3778FDB8");
  // 123456 = 0001 E240, low word first; 70000 = 0001 1170, high word first; 82.5 = 42A5 0000.
  expect(ask("04 0028 0006", body)).toBe("040CE240000100011170" + "42A50000");
  expect(ask("03 0064 0002", body)).toBe("0304157C0E10");
});

test("each flag has its own bit, and the coil its own table", () => {
  const flags = ["mainsPresent", ...GAS_ALARMS, "serviceDue"] as const;
  const calm = { ...Object.fromEntries(flags.map((flag) => [flag, 0])), alarmAudioPaused: 0 };
  expect(ask("02 0000 0009", withPins(calm))).toBe("02020000");
  for (const [bit, flag] of flags.entries()) {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(1 << bit);
    expect(ask("02 0000 0009", withPins({ ...calm, [flag]: 1 }))).toBe(`0202${bytes.toString("hex").toUpperCase()}`);
  }
  expect(ask("01 0000 0001", withPins(calm))).toBe("010100");
  expect(ask("01 0000 0001", withPins({ alarmAudioPaused: 1 }))).toBe("010101");
});

test.each([
  ["off", 1],
  ["standby", 2],
  ["in-use", 3],
  ["self-test", 4],
] as const)("a panel that is %s says %i", (state, code) => {
  const body = panel();
  body.duty.hold(state);
  expect(ask("04 0002 0001", body)).toBe(`0402000${code}`);
});

/** What the layout lists, written from it a second time. */
const LISTED: Record<number, readonly number[]> = {
  1: [0],
  2: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  3: [100, 101],
  4: [0, 1, 2, 10, 11, 12, 13, 14, 15, 40, 41, 42, 43, 44, 45],
};

test("a read is answered whole where all it touches is listed, and is exception 02 where anything is not", () => {
  const read = fc.record({
    functionCode: fc.constantFrom(1, 2, 3, 4),
    start: fc.oneof(fc.integer({ min: 0, max: 110 }), fc.integer({ min: 0, max: 0xffff })),
    quantity: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 125 })),
  });
  fc.assert(
    fc.property(read, ({ functionCode, start, quantity }) => {
      const request = Buffer.from([functionCode, 0, 0, 0, 0]);
      request.writeUInt16BE(start, 1);
      request.writeUInt16BE(quantity, 3);
      const reply = answerPdu(request, gasPanelTables(panel(), 12));
      const asked = Array.from({ length: quantity }, (_, index) => start + index);
      if (asked.every((address) => LISTED[functionCode]?.includes(address))) {
        const length = functionCode <= 2 ? Math.ceil(quantity / 8) : quantity * 2;
        expect([reply[0], reply[1], reply.length]).toEqual([functionCode, length, 2 + length]);
      } else {
        expect([...reply]).toEqual([functionCode | 0x80, 2]);
      }
    }),
    { numRuns: 500 },
  );
});

test("whatever the state, the pins and the time, every register is an unsigned 16-bit number", () => {
  const ranges = Object.entries(panel().gauges.ranges) as [Gauge, readonly [number, number]][];
  const pin = fc
    .constantFrom(...ranges)
    .chain(([metric, [min, max]]) => fc.tuple(fc.constant(metric), fc.double({ min, max, noNaN: true })));
  const arbitrary = fc.record({
    seed: fc.nat(),
    state: fc.constantFrom(null, ...BODY_STATES),
    pins: fc.array(pin, { maxLength: 12 }),
    steps: fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ seed, state, pins, steps }) => {
      const body = panel(seed);
      body.duty.hold(state);
      for (const [metric, value] of pins) body.gauges.pin(metric, value);
      for (const step of steps) body.step(step);
      const { inputRegisters, holdingRegisters } = gasPanelTables(body, 12);
      for (const register of [...inputRegisters.values(), ...holdingRegisters.values()]) {
        expect(Number.isInteger(register) && register >= 0 && register <= 0xffff).toBe(true);
      }
    }),
  );
});
