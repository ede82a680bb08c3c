import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { WallTime } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { Duty } from "./duty-cycle.ts";
import { DutyCycle } from "./duty-cycle.ts";
import type { BodyValues, GaugeRanges } from "./gauges.ts";
import { Gauges } from "./gauges.ts";

/** The parts of a self-test in the order of the verdict bitmap; 0 pass, 1 fail. */
export const SELF_TESTS = [
  "selfTestEnergy",
  "selfTestCharge",
  "selfTestBattery",
  "selfTestPads",
  "selfTestEcgCable",
  "selfTestSpeaker",
  "selfTestMemory",
  "selfTestClock",
] as const satisfies readonly MetricName[];

const flag = [0, 1] as const;
const word = [0, 65_535] as const;
const RANGES: GaugeRanges = {
  readinessIndicator: [0, 3],
  ...Object.fromEntries(SELF_TESTS.map((test) => [test, flag])),
  selfTestAgeH: word,
  testEnergySetJ: [0, 6553.5],
  testEnergyDeliveredJ: [0, 6553.5],
  chargeTimeS: [0, 6553.5],
  batteryChargePct: [0, 100],
  batteryHealthPct: [0, 100],
  batteryCycleCount: word,
  batteryAgeMonths: word,
  capacitorChargeCount: word,
  padsImpedanceOhm: word,
  padsExpiryD: word,
  operatingTimeH: word,
  mainsPresent: flag,
  onCharger: flag,
  docked: flag,
  technicalAlarm: flag,
  serviceDue: flag,
  reportPending: flag,
};

const READY = 1;
const DEGRADED = 2;
const NOT_READY = 3;
const SELF_TEST_MS = 180_000;
/** How long a report waits in the device before its base has sent it on. */
const REPORT_PENDING_MS = 15 * 60_000;
const MS_PER_D = 24 * MS_PER_H;
const BATTERY_MONTH_MS = 30.4375 * MS_PER_D;
/** The scheduled hour of ZOLL's and our own self-test: 02:00 on the wall, spread over half an hour. */
const SELF_TEST_HOUR = 2;
const SELF_TEST_MINUTES_SPREAD = 30;

/** A self-test that is over: when, why, and what the gauges showed at its end. */
export interface SelfTest {
  readonly atMs: number;
  readonly cause: "scheduled" | "manual" | "power-on";
  readonly values: BodyValues;
}

/** A defibrillator: it waits on its charger, tests itself every night, and is hardly ever in use. */
export class Defibrillator implements Body {
  readonly kind = "defibrillator";
  readonly gauges = new Gauges(RANGES);
  readonly duty: DutyCycle;
  readonly #random: Random;
  readonly #wallTime: (atMs: number) => WallTime;
  readonly #testMinute: number;
  #lastTest: SelfTest;
  #testEndsAtMs: number | null = null;
  #padsExpireAtMs: number;
  #batteryBornAtMs: number;
  #checkedMinute = -1;
  #wasOff = false;
  #wasTestedByHand = false;

  /** @param wallTime the clock on the hospital's wall, by which the nightly test is due. */
  constructor(duty: Duty, random: Random, nowMs: number, wallTime: (atMs: number) => WallTime) {
    this.#random = random;
    this.#wallTime = wallTime;
    this.duty = new DutyCycle(duty, random.fork("duty"));
    this.#testMinute = random.integer(0, SELF_TEST_MINUTES_SPREAD - 1);
    this.#padsExpireAtMs = nowMs + random.between(25, 520) * MS_PER_D;
    const ageMonths = random.between(2, 34);
    this.#batteryBornAtMs = nowMs - ageMonths * BATTERY_MONTH_MS;
    const { gauges } = this;
    gauges.set("batteryHealthPct", 100 - ageMonths * random.between(0.4, 0.75));
    gauges.set("batteryChargePct", random.between(94, 100));
    gauges.set("batteryCycleCount", Math.round(ageMonths * random.between(8, 15)));
    gauges.set("capacitorChargeCount", random.integer(40, 420));
    gauges.set("operatingTimeH", random.between(150, 4000));
    gauges.set("padsImpedanceOhm", random.between(42, 52));
    gauges.set("testEnergySetJ", 200);
    gauges.set("serviceDue", random.chance(0.1) ? 1 : 0);
    gauges.set("technicalAlarm", 0);
    for (const test of SELF_TESTS) gauges.set(test, 0);
    this.#lastTest = this.#concludeTest(this.#lastDueMs(nowMs), "scheduled");
    this.step(0, nowMs);
  }

  get lastTest(): SelfTest {
    return this.#lastTest;
  }

  step(elapsedMs: number, nowMs: number): void {
    this.duty.step(elapsedMs);
    this.#testAtNight(nowMs);
    this.#testWhenTold(nowMs);
    const { gauges } = this;
    const inUse = this.duty.state === "in-use";
    const hours = elapsedMs / MS_PER_H;
    gauges.set("mainsPresent", inUse ? 0 : 1);
    gauges.set("onCharger", inUse ? 0 : 1);
    gauges.set("docked", inUse ? 0 : 1);
    const chargePctPerH = gauges.read("onCharger") >= 0.5 ? 30 : -25;
    if (this.duty.state !== "off") {
      gauges.set("batteryChargePct", gauges.read("batteryChargePct") + hours * chargePctPerH);
      gauges.set("operatingTimeH", gauges.read("operatingTimeH") + (inUse ? hours : 0));
    }
    gauges.set("selfTestAgeH", (nowMs - this.#lastTest.atMs) / MS_PER_H);
    gauges.set("reportPending", nowMs - this.#lastTest.atMs < REPORT_PENDING_MS ? 1 : 0);
    gauges.set("padsExpiryD", (this.#padsExpireAtMs - nowMs) / MS_PER_D);
    gauges.set("batteryAgeMonths", (nowMs - this.#batteryBornAtMs) / BATTERY_MONTH_MS);
    gauges.set("readinessIndicator", this.#readiness());
  }

  /** Starts the test when its minute has passed since the last one, puts it off while in use, and ends it after its time. */
  #testAtNight(nowMs: number): void {
    const { duty } = this;
    if (this.#testEndsAtMs !== null && nowMs >= this.#testEndsAtMs) {
      this.#testEndsAtMs = null;
      if (duty.state === "self-test" && !duty.held) duty.state = "standby";
      this.#lastTest = this.#concludeTest(nowMs, "scheduled");
    }
    const minute = Math.floor(nowMs / 60_000);
    if (duty.held || duty.state !== "standby" || minute === this.#checkedMinute) return;
    this.#checkedMinute = minute;
    if (this.#lastTest.atMs >= this.#lastDueMs(nowMs)) return;
    duty.state = "self-test";
    this.#testEndsAtMs = nowMs + SELF_TEST_MS;
  }

  /** Switched on, it tests itself; a test that a person holds is over when they let go. */
  #testWhenTold(nowMs: number): void {
    const { state, held } = this.duty;
    const isTestedByHand = held && state === "self-test";
    if (this.#wasOff && state !== "off") this.#lastTest = this.#concludeTest(nowMs, "power-on");
    else if (this.#wasTestedByHand && !isTestedByHand) this.#lastTest = this.#concludeTest(nowMs, "manual");
    this.#wasOff = state === "off";
    this.#wasTestedByHand = isTestedByHand;
  }

  #lastDueMs(nowMs: number): number {
    const wall = this.#wallTime(nowMs);
    const minutesSinceDue = wall.hour * 60 + wall.minute - SELF_TEST_HOUR * 60 - this.#testMinute;
    const sinceMs = (minutesSinceDue < 0 ? minutesSinceDue + 24 * 60 : minutesSinceDue) * 60_000;
    return Math.floor(nowMs / 60_000) * 60_000 - sinceMs;
  }

  #concludeTest(atMs: number, cause: SelfTest["cause"]): SelfTest {
    const { gauges } = this;
    const random = this.#random;
    gauges.set("testEnergyDeliveredJ", gauges.read("testEnergySetJ") * (0.992 + 0.004 * random.gauss()));
    gauges.set("chargeTimeS", 5 + (100 - gauges.read("batteryHealthPct")) * 0.06 + 0.1 * random.gauss());
    gauges.set("capacitorChargeCount", gauges.read("capacitorChargeCount") + 1);
    const energyRatio = gauges.read("testEnergyDeliveredJ") / Math.max(gauges.read("testEnergySetJ"), 1);
    gauges.set("selfTestEnergy", Math.abs(energyRatio - 1) > 0.1 ? 1 : 0);
    gauges.set("selfTestCharge", gauges.read("chargeTimeS") > 10 ? 1 : 0);
    gauges.set("selfTestBattery", gauges.read("batteryHealthPct") < 60 ? 1 : 0);
    gauges.set("padsExpiryD", (this.#padsExpireAtMs - atMs) / MS_PER_D);
    gauges.set("selfTestPads", gauges.read("padsExpiryD") <= 0 ? 1 : 0);
    return { atMs, cause, values: gauges.snapshot() };
  }

  /** Not ready when a shock may fail; degraded when it will work but somebody must come. */
  #readiness(): number {
    const failed = SELF_TESTS.filter((test) => this.gauges.read(test) >= 0.5);
    const critical = failed.some((test) => ["selfTestEnergy", "selfTestCharge", "selfTestMemory"].includes(test));
    if (critical || this.gauges.read("batteryChargePct") < 10) return NOT_READY;
    const weak = this.gauges.read("batteryHealthPct") < 80 || this.gauges.read("batteryChargePct") < 20;
    const due = this.gauges.read("serviceDue") >= 0.5 || this.gauges.read("technicalAlarm") >= 0.5;
    return failed.length > 0 || weak || due ? DEGRADED : READY;
  }
}
