import pumpRack from "@wardtwin/device-profiles/catalog/infusion-pump/pump-rack-1";
import ventilator from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import type { DeviceIdentity } from "@wardtwin/device-profiles/vocabulary/identity";
import { metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import { expect, test } from "vitest";
import type { Outcome, ReadFault } from "./device.ts";
import { type Sighting, UNWATCHED, watched } from "./device-watch.ts";

const device = { line: "rack", unit: "1", profile: pumpRack };
const seen = (identity: DeviceIdentity = { serial: "SN-1" }): Outcome["result"] =>
  ok({ identity, operatingState: "in-use", readings: [{ metric: "batteryChargePct", value: 80, quality: "good" }] });
const silent: Outcome["result"] = fail<ReadFault>("link.timeout");
const vacant: Outcome["result"] = fail<ReadFault>("codec.vacant");

/** Everything that a row of attempts has told, one second apart. */
function told(...results: Outcome["result"][]): Sighting[] {
  let watch = UNWATCHED;
  return results.flatMap((result, index) => {
    const step = watched(watch, { device, poll: "slot", atMonoMs: index * 1_000, result }, null);
    watch = step.watch;
    return step.sightings;
  });
}
const links = (...results: Outcome["result"][]) =>
  told(...results).map(({ atMonoMs, link, operatingState }) => `${atMonoMs} ${link} ${operatingState}`);

test("one failed poll says nothing; two in a row make a device unreachable, and each later one says so again", () => {
  expect(links(seen(), silent, seen())).toEqual(["0 connected in-use", "2000 connected in-use"]);
  expect(links(seen(), silent, silent, silent, seen())).toEqual([
    "0 connected in-use",
    "2000 unreachable unknown",
    "3000 unreachable unknown",
    "4000 connected in-use",
  ]);
});

test("what becomes unreachable blanks every metric of its profile once, under the name it last had", () => {
  const [, lost, later] = told(seen(), silent, silent, silent);
  expect(lost?.identity).toEqual({ serial: "SN-1" });
  expect(lost?.readings.map(({ metric }) => metric)).toEqual(Object.keys(pumpRack.metrics));
  expect(lost?.readings.every(({ value, quality }) => value === null && quality === "unreachable")).toBe(true);
  expect(later?.readings).toEqual([]);
});

test("what is drawn from a device is blanked with it, and the count of a full hour is not", () => {
  const silence = { device: { ...device, profile: ventilator }, poll: "report", atMonoMs: 0, result: silent };
  const once = watched(UNWATCHED, silence, null);
  const [lost] = watched(once.watch, silence, null).sightings;
  const blanked = lost?.readings.map(({ metric }) => metric);
  expect(blanked).toContain("tidalVolumeResidualPct");
  expect(blanked).toContain("peepCmH2O");
  expect(blanked?.filter((metric) => metricTerm(metric).ucum === "/h")).toEqual([]);
});

test("a device that never answered is told as unreachable too", () => {
  expect(links(silent, silent)).toEqual(["1000 unreachable unknown"]);
});

test("an empty slot says nothing; one that was left says so once", () => {
  expect(links(vacant, vacant, vacant)).toEqual([]);
  expect(links(vacant, silent, silent, silent)).toEqual([]);
  expect(links(seen(), vacant, vacant, vacant)).toEqual(["0 connected in-use", "1000 unreachable unknown"]);
});

test("another serial number on the same place ends the one before and begins anew", () => {
  const [, left, came] = told(seen(), seen({ serial: "SN-2" }));
  expect([left?.identity.serial, left?.link]).toEqual(["SN-1", "unreachable"]);
  expect([came?.identity.serial, came?.link]).toEqual(["SN-2", "connected"]);
  expect(links(seen(), seen({ serial: "sn 1" }))).toHaveLength(2);
  expect(links(seen({}), seen({ serial: "SN-1" }))).toHaveLength(2);
});
