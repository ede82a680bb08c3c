import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { SELF_TESTS, type SelfTest } from "../../devices/defibrillator.ts";

/** A self-test with the number that its report goes by. */
export interface Report {
  seq: number;
  test: SelfTest;
}

/** Who speaks, as the first line of a report tells it. */
export interface Speaker {
  model: string;
  serial: string;
  firmware: string;
  /** How far the device's own clock is ahead. */
  clockOffsetMin: number;
}

const CAUSES = { scheduled: "SCHEDULED", manual: "MANUAL", "power-on": "POWERON" } as const;
const MS_PER_D = 86_400_000;
/** The energy that the charge test charges to, which the sheet fixes. */
const CHARGE_ENERGY_J = 200;

/** The tests that have a line of their own in the sheet. */
export const REPORTED_TESTS = ["ENERGY", "CHARGE", "BATT", "PADS"] as const;
export type ReportedTest = (typeof REPORTED_TESTS)[number];
const METRIC_OF_TEST = {
  ENERGY: "selfTestEnergy",
  CHARGE: "selfTestCharge",
  BATT: "selfTestBattery",
  PADS: "selfTestPads",
} as const satisfies Record<ReportedTest, MetricName>;

/** Setting, value and unit of each test. */
function describe(name: ReportedTest, { atMs, values }: SelfTest): readonly string[] {
  const value = (metric: MetricName): number => values[metric] ?? 0;
  switch (name) {
    case "ENERGY":
      return [String(Number(value("testEnergySetJ").toFixed(1))), value("testEnergyDeliveredJ").toFixed(1), "J"];
    case "CHARGE":
      return [String(CHARGE_ENERGY_J), value("chargeTimeS").toFixed(1), "s"];
    case "BATT":
      return ["1", value("batteryChargePct").toFixed(0), "%"];
    case "PADS":
      return ["1", new Date(atMs + value("padsExpiryD") * MS_PER_D).toISOString().slice(0, 10), "exp"];
  }
}

/**
 * The payloads of a report's lines. The four tests of the body that the sheet gives no line fail the verdict of the whole.
 * @param failedTest a test that is told as failed whatever the body found.
 */
export function reportLines({ seq, test }: Report, speaker: Speaker, failedTest: ReportedTest | null): string[] {
  const { model, serial, firmware, clockOffsetMin } = speaker;
  const time = new Date(test.atMs + clockOffsetMin * 60_000).toISOString().replace(/\.\d+Z$/, "Z");
  const hasFailed = (metric: MetricName): boolean => (test.values[metric] ?? 0) >= 0.5;
  const verdict = (isFailure: boolean): string => (isFailure ? "FAIL" : "PASS");
  const tests = REPORTED_TESTS.map((name) => {
    const isFailure = name === failedTest || hasFailed(METRIC_OF_TEST[name]);
    return ["TST", name, ...describe(name, test), verdict(isFailure)].join(",");
  });
  const lines = [["HDR", seq, model, serial, firmware, time, CAUSES[test.cause]].join(","), ...tests];
  const isFailure = failedTest !== null || SELF_TESTS.some(hasFailed);
  return [...lines, `END,${verdict(isFailure)},${lines.length}`];
}
