import fc from "fast-check";
import { expect, test } from "vitest";
import { wallClock } from "../../clock.ts";
import { Defibrillator, type SELF_TESTS } from "../../devices/defibrillator.ts";
import { BODY_STATES } from "../../devices/duty-cycle.ts";
import { createRandom } from "../../random.ts";
import { answerPdu, tableOf } from "../modbus/tables.ts";
import { discreteInputs, inputRegisters } from "./registers.ts";
import { pinToSheet } from "./sheet.testing.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 2, 30);
const wallTime = wallClock("Europe/Berlin");
const defibrillator = (seed = 1, share = 0): Defibrillator =>
  new Defibrillator({ inUseShare: share, inUseMeanH: 1 }, createRandom(seed), NOW_MS, wallTime);

/** The device of the sheet's worked examples. */
function sheetDefibrillator(): Defibrillator {
  const body = defibrillator();
  pinToSheet(body);
  return body;
}

const unitOf = (body: Defibrillator) => ({
  inputRegisters: tableOf(inputRegisters(body, 7)),
  discreteInputs: tableOf(discreteInputs(body)),
});
const ask = (request: string, body = sheetDefibrillator()): string =>
  answerPdu(Buffer.from(request.replaceAll(" ", ""), "hex"), unitOf(body))
    .toString("hex")
    .toUpperCase();

test("the worked examples of the sheet come out byte for byte", () => {
  expect(ask("04 0000 0010")).toBe("0420010000010000000007D007C1003E00600057019C001E012A002D00D2049C0007");
  expect(ask("02 0000 000C")).toBe("02020101");
});

test("an address outside is exception 02, a quantity outside exception 03, anything but FC02 and FC04 exception 01", () => {
  expect(ask("04 0010 0001")).toBe("8402");
  expect(ask("04 000F 0002")).toBe("8402");
  expect(ask("02 000C 0001")).toBe("8202");
  expect(ask("04 0000 0000")).toBe("8403");
  expect(ask("04 0000 007E")).toBe("8403");
  expect(ask("04 0000")).toBe("8403");
  expect(ask("03 0000 0001")).toBe("8301");
  expect(ask("01 0000 0001")).toBe("8101");
  expect(ask("05 0000 FF00")).toBe("8501");
  expect(ask("06 0000 0001")).toBe("8601");
  expect(ask("0F 0000 0008 01 FF")).toBe("8F01");
  expect(ask("10 0000 0001 02 0001")).toBe("9001");
  expect(ask("2B 0E 01 00")).toBe("AB01");
});

test("no request changes anything, and every reply is of the size that it states", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 253 }), (request) => {
      const body = sheetDefibrillator();
      const before = body.gauges.snapshot();
      const reply = answerPdu(Buffer.from(request), unitOf(body));
      if ((reply[0] ?? 0) & 0x80) expect(reply).toHaveLength(2);
      else expect(reply.length).toBe(2 + (reply[1] ?? 0));
      expect(body.gauges.snapshot()).toEqual(before);
    }),
  );
});

test("whatever the state, the pins and the time, every register is an unsigned 16-bit number", () => {
  const metrics = Object.entries(defibrillator().gauges.ranges) as [
    (typeof SELF_TESTS)[number],
    readonly [number, number],
  ][];
  const pin = fc
    .constantFrom(...metrics)
    .chain(([metric, [min, max]]) => fc.tuple(fc.constant(metric), fc.double({ min, max, noNaN: true })));
  const arbitrary = fc.record({
    seed: fc.nat(),
    state: fc.constantFrom(null, ...BODY_STATES),
    pins: fc.array(pin, { maxLength: 12 }),
    steps: fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ seed, state, pins, steps }) => {
      const body = defibrillator(seed, 0.3);
      body.duty.hold(state);
      for (const [metric, value] of pins) body.gauges.pin(metric, value);
      let nowMs = NOW_MS;
      for (const step of steps) {
        nowMs += step;
        body.step(step, nowMs);
      }
      const registers = inputRegisters(body, 7);
      expect(registers).toHaveLength(16);
      for (const register of registers) expect(register >= 0 && register <= 0xffff).toBe(true);
    }),
  );
});
