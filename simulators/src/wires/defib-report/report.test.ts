import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { wallClock } from "../../clock.ts";
import { Defibrillator, SELF_TESTS, type SelfTest } from "../../devices/defibrillator.ts";
import { createRandom } from "../../random.ts";
import { REPORTED_TESTS, reportLines } from "./report.ts";

const GOLDEN = (
  JSON.parse(readFileSync(new URL("../../../fixtures/defib-ready-1-serial.json", import.meta.url), "utf8")) as {
    from: string;
    payload: string;
  }[]
)
  .filter(({ from }) => from === "device")
  .map(({ payload }) => payload);
const SPEAKER = { model: "DFX-200", serial: "SN00012345", firmware: "2.01", clockOffsetMin: 0 };
const AT_MS = Date.UTC(2026, 10, 22, 2);
/** The values behind the report of the sheet. */
const SHEET: SelfTest = {
  atMs: AT_MS,
  cause: "scheduled",
  values: {
    testEnergySetJ: 30,
    testEnergyDeliveredJ: 29.8,
    chargeTimeS: 4.5,
    batteryChargePct: 87,
    padsExpiryD: (Date.UTC(2027, 2, 31, 12) - AT_MS) / 86_400_000,
  },
};
const NOON_MS = Date.UTC(2026, 10, 22, 12);
const body = (): Defibrillator =>
  new Defibrillator({ inUseShare: 0, inUseMeanH: 1 }, createRandom(1), NOON_MS, wallClock("Europe/Berlin"));

test("the report of the sheet comes out line by line", () => {
  expect(reportLines({ seq: 1, test: SHEET }, SPEAKER, null)).toEqual(GOLDEN);
});

test("a failed test fails its line and the whole; one without a line of its own fails the whole", () => {
  for (const name of REPORTED_TESTS) {
    const failed = reportLines({ seq: 1, test: SHEET }, SPEAKER, name).filter((line) => line.includes("FAIL"));
    expect(failed).toEqual([expect.stringMatching(`^TST,${name},.*,FAIL$`), "END,FAIL,5"]);
  }
  for (const metric of SELF_TESTS) {
    const values = { ...SHEET.values, [metric]: 1 };
    const lines = reportLines({ seq: 1, test: { ...SHEET, values } }, SPEAKER, null);
    expect(lines.at(-1)).toBe("END,FAIL,5");
    const hasLine = ["selfTestEnergy", "selfTestCharge", "selfTestBattery", "selfTestPads"].includes(metric);
    expect(lines.filter((line) => line.startsWith("TST") && line.endsWith(",FAIL"))).toHaveLength(hasLine ? 1 : 0);
  }
});

test("the device's clock stands in the report, and nothing else moves with it", () => {
  const [, ...usual] = reportLines({ seq: 7, test: SHEET }, SPEAKER, null);
  const [header, ...skewed] = reportLines({ seq: 7, test: SHEET }, { ...SPEAKER, clockOffsetMin: -90 }, null);
  expect(header).toBe("HDR,7,DFX-200,SN00012345,2.01,2026-11-22T00:30:00Z,SCHEDULED");
  expect(skewed).toEqual(usual);
});

test("a test at night is scheduled, one that a person holds manual, and one after switching on a power-on test", () => {
  const device = body();
  const causes = [device.lastTest.cause];
  const step = (nowMs: number): void => {
    device.step(1000, nowMs);
    if (causes.at(-1) !== device.lastTest.cause) causes.push(device.lastTest.cause);
  };
  device.duty.hold("self-test");
  step(NOON_MS + 1000);
  device.duty.hold(null);
  step(NOON_MS + 2000);
  expect(device.lastTest).toMatchObject({ cause: "manual", atMs: NOON_MS + 2000 });
  device.duty.hold("off");
  step(NOON_MS + 3000);
  device.duty.hold(null);
  step(NOON_MS + 4000);
  for (let minute = 0; minute < 16 * 60; minute += 1) step(NOON_MS + 5000 + minute * 60_000);
  expect(causes).toEqual(["scheduled", "manual", "power-on", "scheduled"]);
  expect(device.gauges.read("selfTestAgeH")).toBeLessThan(3);
});

test("whatever a body has been through, its report has six lines of plain characters", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(), steps, (seed, elapsed) => {
      const device = new Defibrillator(
        { inUseShare: 0.1, inUseMeanH: 1 },
        createRandom(seed),
        NOON_MS,
        wallClock("Europe/Berlin"),
      );
      let nowMs = NOON_MS;
      for (const elapsedMs of elapsed) {
        nowMs += elapsedMs;
        device.step(elapsedMs, nowMs);
      }
      const lines = reportLines({ seq: 1, test: device.lastTest }, SPEAKER, null);
      expect(lines).toHaveLength(6);
      for (const line of lines) expect(line).toMatch(/^[A-Z]{3}(,[A-Za-z0-9:.%-]+)+$/);
    }),
  );
});
