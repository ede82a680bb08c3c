import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import ventilator from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import { SightingReport, type SightingVerdict } from "@wardtwin/device-profiles/twin-document/messages";
import Value from "typebox/value";
import { expect, test } from "vitest";
import type { Sighting } from "../reading/device-watch.ts";
import { SightingReports } from "./sighting-reports.ts";

const seen = (atMonoMs: number, change: Partial<Sighting> = {}): Sighting => ({
  device: { line: "bed-4", unit: "1", profile: ventilator },
  identity: { serial: "SN-1", model: "840" },
  atMonoMs,
  link: "connected",
  attachment: null,
  operatingState: "standby",
  readings: [],
  ...change,
});
const answer = (verdict: SightingVerdict, serial = "SN-1") => ({
  devices: [{ line: "bed-4", unit: "1", profile: ventilator.id, serial, verdict }],
});

/** When something was said, looking every second up to a time. */
function timesUntil(reports: SightingReports, fromMs: number, toMs: number): number[] {
  const times: number[] = [];
  for (let at = fromMs; at <= toMs; at += 1_000) if (reports.due(at) !== null) times.push(at);
  return times;
}

test("a device that names itself is reported when it is met, and ever more rarely until it is settled", () => {
  const reports = new SightingReports();
  reports.take(seen(1_000));
  reports.take(seen(3_000, { operatingState: "in-use" }));
  const first = reports.due(4_000);
  expect(first).toEqual({
    devices: [
      {
        line: "bed-4",
        unit: "1",
        profile: "puritan-bennett/840",
        serial: "SN-1",
        model: "840",
        operatingState: "in-use",
        forMs: 3_000,
        agoMs: 1_000,
      },
    ],
  });
  expect(Value.Check(SightingReport, first)).toBe(true);
  reports.answered(answer("held"), 4_000);
  expect(timesUntil(reports, 5_000, 200_000)).toEqual([9_000, 19_000, 39_000, 79_000, 139_000, 199_000]);
});

test("once it is this gateway's it is quiet, until another connection, another device or another presence", () => {
  const reports = new SightingReports();
  reports.take(seen(0));
  reports.due(0);
  reports.answered(answer("bound", "SN-2"), 0);
  expect(reports.due(5_000)).not.toBeNull();
  reports.answered(answer("bound"), 5_000);
  expect(timesUntil(reports, 6_000, 500_000)).toEqual([]);
  reports.all(500_000);
  expect(reports.due(500_000)?.devices).toHaveLength(1);
  reports.answered(answer("bound"), 500_000);
  reports.take(seen(501_000, { identity: { serial: "SN-2" } }));
  expect(reports.due(501_000)?.devices[0]?.serial).toBe("SN-2");
  reports.answered(answer("bound", "SN-2"), 501_000);
  reports.take(seen(502_000, { link: "unreachable", identity: { serial: "SN-2" } }));
  expect(reports.due(502_000)).toBeNull();
  reports.take(seen(503_000, { identity: { serial: "SN-2" } }));
  expect(reports.due(503_000)?.devices[0]).toMatchObject({ serial: "SN-2", forMs: 0 });
});

test("a device that does not name itself, or has not yet, is nobody's news", () => {
  const reports = new SightingReports();
  reports.take(seen(0, { device: { line: "dock", unit: "17", profile: defibReady } }));
  reports.take(seen(0, { identity: {} }));
  expect(reports.due(1_000)).toBeNull();
});

test("many devices are told a few at a time, and none is left out", () => {
  const reports = new SightingReports();
  for (let n = 1; n <= 40; n++) {
    reports.take(
      seen(0, { device: { line: `line-${n}`, unit: "1", profile: ventilator }, identity: { serial: `${n}` } }),
    );
  }
  const told = [1_000, 2_000, 3_000].flatMap((at) => reports.due(at)?.devices ?? []);
  expect(new Set(told.map(({ serial }) => serial)).size).toBe(40);
  expect(reports.due(4_000)).toBeNull();
});
