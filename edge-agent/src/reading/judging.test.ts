import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ventilator from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import { type MetricName, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import pino from "pino";
import { afterAll, expect, test } from "vitest";
import { Attachments } from "./attachments.ts";
import type { Outcome, ReadFault } from "./device.ts";
import type { Sighting } from "./device-watch.ts";
import { judging } from "./judging.ts";

const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "judging-"));
afterAll(() => rmSync(folder, { recursive: true }));

const device = { line: "vent", unit: "1", profile: ventilator };
const good = (metric: MetricName, value: number): Reading => ({ metric, value, quality: "good" });
const seen = (serial: string, ...active: string[]): Outcome["result"] =>
  ok({
    identity: { serial },
    operatingState: "in-use",
    readings: [good("tidalVolumeSetMl", 500), good("tidalVolumeExpiredMl", 490), good("acPowerLossAlarm", 1)],
    clinical: [{ metric: "clinicalAlarmsPerH", active }],
  });
const silent: Outcome["result"] = fail<ReadFault>("link.timeout");

/** What a row of outcomes comes to, and everything that was logged meanwhile. */
function judged(keepPatientDerived: boolean, ...row: [atMonoMs: number, result: Outcome["result"]][]) {
  const sightings: Sighting[] = [];
  const written: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void written.push(line) });
  const clock = { bootId: "b", monoMs: () => 0, wallMs: () => 0, zoneOffsetMs: () => 0 };
  const attachments = new Attachments(folder, { clock, random: { unit: () => 0, id: () => "id" }, log });
  const judge = judging({ attachments, log, keepPatientDerived, onSighting: (sighting) => sightings.push(sighting) });
  for (const [atMonoMs, result] of row) judge({ device, poll: "report", atMonoMs, result });
  return { sightings, log: written.join("") };
}
const toldOf = (sighting: Sighting | undefined, metric: MetricName) =>
  sighting?.readings.find((reading) => reading.metric === metric)?.value;

test("a residual joins the poll that it is drawn from", () => {
  const { sightings } = judged(true, [0, seen("A")]);
  expect(toldOf(sightings[0], "tidalVolumeResidualPct")).toBe(-2);
  expect(toldOf(sightings[0], "tidalVolumeExpiredMl")).toBe(490);
});

test("the count of a full hour joins the poll after it, and no other says a word of clinical alarms", () => {
  const { sightings, log } = judged(
    true,
    [0, seen("A")],
    [10_000, seen("A", "125")],
    [HOUR, seen("A")],
    [HOUR + 2_000, seen("A", "125")],
  );
  expect(sightings.map((sighting) => toldOf(sighting, "clinicalAlarmsPerH"))).toEqual([
    undefined,
    undefined,
    1,
    undefined,
  ]);
  expect(sightings.every((sighting) => !("clinical" in sighting))).toBe(true);
  expect(log).not.toContain("linical");
});

test("a count that no sighting could carry waits for the next one", () => {
  // The first failed poll says nothing, the second one that the device is unreachable.
  const { sightings } = judged(true, [0, seen("A")], [5_000, seen("A", "125")], [HOUR, silent], [HOUR + 2_000, silent]);
  expect(sightings.map((sighting) => [sighting.link, toldOf(sighting, "clinicalAlarmsPerH")])).toEqual([
    ["connected", undefined],
    ["connected", undefined],
    ["unreachable", 1],
  ]);
});

test("a count is told of the device that it was counted for, and not of the one that took its place", () => {
  const { sightings } = judged(
    true,
    [0, seen("A")],
    [5_000, seen("A", "125")],
    [HOUR, seen("B")],
    [2 * HOUR, seen("B")],
  );
  expect(sightings.map((sighting) => [sighting.identity.serial, toldOf(sighting, "clinicalAlarmsPerH")])).toEqual([
    ["A", undefined],
    ["A", undefined],
    ["A", undefined],
    ["B", undefined],
    ["B", 0],
  ]);
});

test("a site that keeps nothing of persons keeps state, settings, alarms, counts and residuals", () => {
  const { sightings } = judged(
    false,
    [0, seen("A")],
    [5_000, seen("A", "125")],
    [HOUR, seen("A")],
    [HOUR + 1, silent],
    [HOUR + 2, silent],
  );
  const told = sightings.flatMap(({ readings }) => readings);
  expect(told.filter(({ metric }) => metricTerm(metric).origin === "patient-derived")).toEqual([]);
  expect(JSON.stringify(sightings.map(({ device: _, ...rest }) => rest))).not.toContain("490");
  expect(sightings[2]?.operatingState).toBe("in-use");
  expect(Object.fromEntries((sightings[2]?.readings ?? []).map(({ metric, value }) => [metric, value]))).toEqual({
    tidalVolumeSetMl: 500,
    acPowerLossAlarm: 1,
    tidalVolumeResidualPct: -2,
    clinicalAlarmsPerH: 1,
  });
});
