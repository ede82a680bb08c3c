import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import ventilator from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Sighting } from "../reading/device-watch.ts";
import { Reporter } from "./reporter.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const good = (metric: Reading["metric"], value: number | null): Reading => ({ metric, value, quality: "good" });
const device = { line: "dock", unit: "17", profile: defibReady };
const sighting = (atMonoMs: number, change: Partial<Sighting> = {}): Sighting => ({
  device,
  identity: { serial: "SN-1" },
  atMonoMs,
  link: "connected",
  attachment: null,
  operatingState: "standby",
  readings: [good("batteryChargePct", 90), good("padsImpedanceOhm", 45), good("technicalAlarm", 0)],
  ...change,
});

/** A reporter that keeps what it sealed. */
function reporter() {
  const sealed: DeviceSection[][] = [];
  const folding = new Reporter(1_000, (sections) => sealed.push(sections));
  /** What is urgent is sealed by the end of the call; everything else waits for its second. */
  const take = (seen: Sighting) => {
    folding.take(seen);
    vi.advanceTimersByTime(20);
  };
  return { sealed, reporter: { take, takeAtOnce: (seen: Sighting) => folding.take(seen), seal: () => folding.seal() } };
}
const metricsOf = (sections: DeviceSection[] | undefined) =>
  sections?.flatMap(({ groups }) => groups.flatMap(({ columns }) => columns.map(({ metric }) => metric)));

test("the first sighting is sealed at once, with everything in it", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(5));
  expect(metricsOf(sealed[0])).toEqual([
    "operatingState",
    "deviceLink",
    "batteryChargePct",
    "padsImpedanceOhm",
    "technicalAlarm",
  ]);
  expect(sealed[0]?.[0]).toMatchObject({
    previousState: null,
    subject: { line: "dock", unit: "17", profileRevision: defibReady.revision },
  });
});

test("state and link are told with every poll, a value only when it changed beyond its dead band", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0));
  it.take(sighting(5_000, { readings: [good("batteryChargePct", 89), good("padsImpedanceOhm", 46)] }));
  expect(sealed).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(metricsOf(sealed[1])).toEqual(["operatingState", "deviceLink", "batteryChargePct"]);
});

test("a dead band is measured from what was told, so that a slow drift is not lost", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0, { readings: [good("padsImpedanceOhm", 45)] }));
  it.take(sighting(1_000, { readings: [good("padsImpedanceOhm", 45.9)] }));
  it.take(sighting(2_000, { readings: [good("padsImpedanceOhm", 46.1)] }));
  it.seal();
  expect(sealed[1]?.[0]?.groups.map(({ columns }) => columns.length)).toEqual([2, 3]);
});

test("a residual has a dead band too", () => {
  const { sealed, reporter: it } = reporter();
  const device = { line: "vent", unit: "1", profile: ventilator };
  const share = (value: number) => ({ device, readings: [good("tidalVolumeResidualPct", value)] });
  it.take(sighting(0, share(2)));
  it.take(sighting(2_000, share(2.4)));
  it.take(sighting(4_000, share(2.6)));
  it.seal();
  expect(sealed[1]?.[0]?.groups.map(({ columns }) => columns.length)).toEqual([2, 3]);
});

test("a value that stays is told again every 30 s, and so is a blank", () => {
  const { sealed, reporter: it } = reporter();
  const readings = [good("batteryChargePct", 90), good("padsExpiryD", null)];
  for (let at = 0; at <= 60_000; at += 5_000) it.take(sighting(at, { readings }));
  it.seal();
  const told = sealed.flatMap((sections) =>
    sections.flatMap(({ groups }) =>
      groups.filter(({ columns }) => columns.length > 2).flatMap((g) => [...g.timesMonoMs]),
    ),
  );
  expect(told).toEqual([0, 30_000, 60_000]);
});

test.each([
  ["operating state", { operatingState: "in-use" } as const],
  ["link", { link: "unreachable" } as const],
  ["technical alarm", { readings: [good("technicalAlarm", 1)] }],
])("a change of %s seals the batch at once", (_, change) => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0));
  it.take(sighting(5_000, change));
  expect(sealed).toHaveLength(2);
});

test("what is urgent at the same time is one batch", () => {
  const { sealed, reporter: it } = reporter();
  const other = { ...device, unit: "18" };
  it.takeAtOnce(sighting(0));
  it.takeAtOnce(sighting(1, { device: other }));
  expect(sealed).toHaveLength(0);
  vi.advanceTimersByTime(20);
  expect(sealed.map((sections) => sections.length)).toEqual([2]);
});

test("where much of a poll is worth telling, all of it is, in one group", () => {
  const { sealed, reporter: it } = reporter();
  const names = [
    "batteryChargePct",
    "batteryHealthPct",
    "chargeTimeS",
    "padsImpedanceOhm",
    "padsExpiryD",
    "selfTestAgeH",
  ] as const;
  const more = [
    "batteryAgeMonths",
    "testEnergySetJ",
    "testEnergyDeliveredJ",
    "operatingTimeH",
    "batteryCycleCount",
  ] as const;
  const all = (from: number) => [...names, ...more].map((metric, index) => good(metric, index < 9 ? from + index : 7));
  it.take(sighting(0, { readings: all(10) }));
  it.take(sighting(5_000, { readings: all(20) }));
  it.take(sighting(10_000, { readings: all(30) }));
  it.seal();
  expect(sealed[1]?.[0]?.groups.map(({ columns }) => columns.length)).toEqual([13]);
});

test("a change of quality alone is told", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0));
  it.take(sighting(5_000, { readings: [{ metric: "batteryChargePct", value: 90, quality: "stale" }] }));
  it.seal();
  expect(sealed[1]?.[0]?.groups[0]?.columns[2]).toMatchObject({
    metric: "batteryChargePct",
    qualities: [1],
  });
});

test("the state before a batch is carried over, unless too long ago or another device's", () => {
  const { sealed, reporter: it } = reporter();
  const before = () => sealed.at(-1)?.[0]?.previousState;
  it.take(sighting(0));
  it.take(sighting(5_000));
  it.take(sighting(10_000));
  it.seal();
  expect(before()).toEqual({ state: "standby", atMonoMs: 0 });
  it.take(sighting(40_000));
  it.seal();
  expect(before()).toEqual({ state: "standby", atMonoMs: 10_000 });
  it.take(sighting(70_001));
  it.seal();
  expect(before()).toBeNull();
  it.take(sighting(75_000, { identity: { serial: "SN-2" } }));
  expect(before()).toBeNull();
  expect(metricsOf(sealed.at(-1))).toContain("batteryChargePct");
});

test("another presence on the place of a device without a name begins without a past", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0, { attachment: "first" }));
  it.take(sighting(5_000, { attachment: "first" }));
  it.take(sighting(10_000, { attachment: "second" }));
  it.seal();
  const sections = sealed.at(-1) ?? [];
  expect(sections.map(({ subject, previousState }) => [subject.attachment, previousState === null])).toEqual([
    ["first", false],
    ["second", true],
  ]);
  expect(metricsOf(sections)).toContain("padsImpedanceOhm");
});

test("two devices one after another on one place are two sections of a batch", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0));
  it.take(sighting(1_000));
  it.take(sighting(1_100, { identity: { serial: "SN-2" } }));
  expect(sealed[1]?.map(({ subject }) => subject.identity.serial)).toEqual(["SN-1", "SN-2"]);
});

test("rows of the same metrics share a group, and no device has more groups than a batch allows", () => {
  const { sealed, reporter: it } = reporter();
  it.take(sighting(0));
  it.take(sighting(5_000));
  it.take(sighting(10_000));
  it.seal();
  expect(sealed[1]?.[0]?.groups.map(({ timesMonoMs }) => [...timesMonoMs])).toEqual([[5_000, 10_000]]);
  for (let step = 0; step < 100; step++) {
    const changed = step % 2 === 0 ? "batteryChargePct" : "batteryHealthPct";
    it.take(sighting(11_000 + step, { readings: [good(changed, step)] }));
  }
  it.seal();
  expect(Math.max(...sealed.flatMap((sections) => sections.map(({ groups }) => groups.length)))).toBeLessThanOrEqual(
    32,
  );
});
