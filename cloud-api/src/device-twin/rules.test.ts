import type { ProfileCore } from "@wardtwin/device-profiles/profile/profile";
import fc from "fast-check";
import { expect, test } from "vitest";
import { NOTHING_HEARD } from "./present.ts";
import { countByClass, DEFAULT_POLICY, type Judged, judge } from "./rules.ts";
import { AVAILABILITIES } from "./schema.ts";

const NOW_MS = 10_000_000;

const profile: ProfileCore = {
  id: "test/vent",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Test",
  model: "V",
  evidence: { level: "synthetic", note: "" },
  identity: "self",
  polls: { report: { everyMs: 2_000, staleAfterMs: 6_000 } },
  metrics: {},
  notKnown: [],
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  parts: [],
  calibrated: [],
  maintenance: [],
  residuals: [],
  readiness: [
    { metric: "technicalMalfunctionAlarm", freshForS: 60, expect: { words: ["clear"] }, hold: "fault", source: "test" },
    { metric: "batteryChargePct", freshForS: 60, expect: { min: 50 }, hold: "battery", source: "test" },
  ],
};

/** A ventilator that nothing speaks against. */
const ready: Judged = {
  present: {
    ...NOTHING_HEARD,
    identity: { serial: "AB-1" },
    operatingState: "standby",
    operatingAtMs: NOW_MS - 1_000,
    lastKnownState: "standby",
    lastKnownAtMs: NOW_MS - 1_000,
    idleSinceMs: NOW_MS - 2 * 3_600_000,
    deviceLink: "connected",
    heardAtMs: NOW_MS - 1_000,
  },
  serial: "ab1",
  firmware: null,
  unconfirmedSinceMs: null,
  conflictSinceMs: null,
  profile,
  metrics: new Map([
    ["technicalMalfunctionAlarm", { value: 0, quality: "good", atMs: NOW_MS - 1_000 }],
    ["batteryChargePct", { value: 87, quality: "good", atMs: NOW_MS - 1_000 }],
  ]),
  gatewayOnline: true,
  policy: DEFAULT_POLICY,
  nowMs: NOW_MS,
};
const present = (change: Partial<Judged["present"]>): Judged => ({
  ...ready,
  present: { ...ready.present, ...change },
});
const metric = (name: "batteryChargePct" | "technicalMalfunctionAlarm", value: number | null, ageS = 1): Judged => ({
  ...ready,
  metrics: new Map(ready.metrics).set(name, { value, quality: "good", atMs: NOW_MS - ageS * 1_000 }),
});
const said = (judged: Judged) => {
  const { availability, because } = judge(judged);
  return `${availability}: ${because}`;
};

test("ready is the absence of every known reason, with fresh evidence", () => {
  expect(judge(ready)).toMatchObject({ availability: "ready", because: "no-known-reason-against-use", holds: [] });
});

test("no single thing that is missing, old or wrong leaves a device ready", () => {
  const spoiled: Judged[] = [
    { ...ready, gatewayOnline: false },
    { ...ready, gatewayOnline: null },
    { ...ready, profile: null },
    { ...ready, metrics: new Map() },
    { ...ready, serial: "another" },
    present({ deviceLink: "unreachable" }),
    present({ deviceLink: "unknown" }),
    present({ heardAtMs: NOW_MS - 7_000 }),
    present({ heardAtMs: NOW_MS + 3_600_000 }),
    present({ operatingAtMs: NOW_MS - 7_000 }),
    present({ operatingAtMs: NOW_MS + 3_600_000 }),
    present({ operatingAtMs: null }),
    present({ identity: {} }),
    present({ operatingState: "unknown" }),
    present({ operatingState: "in-use" }),
    present({ operatingState: "self-test" }),
    present({ idleSinceMs: NOW_MS - 1_000 }),
    present({ idleSinceMs: null }),
    metric("batteryChargePct", 49),
    metric("batteryChargePct", 87, 61),
    metric("batteryChargePct", 87, -3_600),
    metric("batteryChargePct", null),
    metric("technicalMalfunctionAlarm", 1),
    metric("technicalMalfunctionAlarm", 7),
  ];
  expect(spoiled.map((judged) => judge(judged).availability)).not.toContain("ready");
});

test("each reason has its word", () => {
  expect(said({ ...ready, present: NOTHING_HEARD })).toBe("unknown: never-heard");
  expect(said(present({ deviceLink: "unreachable" }))).toBe("to-verify: silent-last-seen-free");
  expect(said(present({ deviceLink: "unreachable", idleSinceMs: null, lastKnownState: "in-use" }))).toBe(
    "unknown: silent",
  );
  expect(said(present({ operatingState: "in-use" }))).toBe("in-use: in-use");
  expect(said(present({ idleSinceMs: NOW_MS - 1_000 }))).toBe("in-use: standby-not-yet-free");
  expect(said(metric("technicalMalfunctionAlarm", 1))).toBe("blocked: hold");
  expect(said(metric("batteryChargePct", 87, 61))).toBe("unknown: hold");
  expect(said({ ...metric("technicalMalfunctionAlarm", 1), gatewayOnline: false })).toBe("blocked: hold");
});

test("a state that is told no more is unknown, however young the other values are", () => {
  expect(judge(present({ operatingAtMs: NOW_MS - 7_000 }))).toMatchObject({ isLive: true, operating: "unknown" });
  expect(judge(present({}))).toMatchObject({ isLive: true, operating: "standby" });
});

test("standby becomes free after the site's time, and says when", () => {
  const judgement = judge(present({ idleSinceMs: NOW_MS - 59 * 60_000 }));
  expect(judgement.freeAtMs).toBe(NOW_MS + 60_000);
  expect(
    judge({ ...present({ idleSinceMs: NOW_MS - 59 * 60_000 }), policy: { standbyFreeAfterMin: 59 } }).availability,
  ).toBe("ready");
});

test("the five columns always sum to what a ward has", () => {
  const devices = fc.array(
    fc.record({
      kind: fc.constantFrom("ventilator" as const, "defibrillator" as const, "infusion-pump" as const),
      availability: fc.constantFrom(...AVAILABILITIES),
    }),
  );
  fc.assert(
    fc.property(devices, (list) => {
      const counts = countByClass(list);
      for (const c of counts) expect(c.inUse + c.ready + c.toVerify + c.blocked + c.unknown).toBe(c.have);
      expect(counts.reduce((sum, { have }) => sum + have, 0)).toBe(list.length);
    }),
  );
});

test("a device on whose place another may answer is never ready, live or not, until somebody says who it is", () => {
  const unconfirmed = { ...ready, unconfirmedSinceMs: NOW_MS - 60_000 };
  expect(judge(unconfirmed)).toMatchObject({
    availability: "unknown",
    holds: [{ kind: "identity", reason: "unconfirmed", liftedBy: "any" }],
  });
  expect(judge({ ...unconfirmed, gatewayOnline: false }).availability).toBe("unknown");
  expect(judge({ ...unconfirmed, present: { ...ready.present, operatingState: "in-use" } }).availability).toBe(
    "unknown",
  );
});

test("a device that two gateways hear at once is not ready, and a person is called", () => {
  const contested = { ...ready, conflictSinceMs: NOW_MS - 60_000 };
  const said = judge(contested);
  expect(said).toMatchObject({ availability: "unknown", because: "hold" });
  expect(said.holds.map(({ kind, reason, liftedBy }) => [kind, reason, liftedBy])).toEqual([
    ["identity", "conflict", "any"],
  ]);
});

test("a device with software that its profile was not written for is never ready", () => {
  const by = { ...profile, firmware: { onWire: true, from: "2.0", to: "2.9" } };
  const told = (firmware: string) => ({ ...ready.present, identity: { serial: "AB-1", firmware } });
  expect(judge({ ...ready, profile: by, present: told("2.4") }).availability).toBe("ready");
  expect(judge({ ...ready, profile: by, present: told("3.0") })).toMatchObject({
    availability: "unknown",
    holds: [{ kind: "identity", reason: "unverified", word: "3.0" }],
  });
  expect(judge({ ...ready, profile: by }).availability).toBe("unknown");
  expect(judge({ ...ready, profile: by, firmware: "2.1" }).availability).toBe("ready");
});
