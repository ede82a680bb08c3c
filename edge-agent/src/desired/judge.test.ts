import { CATALOG } from "@wardtwin/device-profiles/catalog";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { ReportedConfiguration, SHADOW_BYTES_MAX } from "@wardtwin/device-profiles/twin-document/configuration";
import { bytesOf, type JsonObject } from "@wardtwin/device-profiles/vocabulary/json";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import { CONTROL_COMMANDS, CONTROL_FRAMES } from "@wardtwin/infra/test/read-only";
import fc from "fast-check";
import Value from "typebox/value";
import { expect, test } from "vitest";
import type { AgentSettings, LineSettings } from "../config.ts";
import { OUTBOX_LIMITS } from "../uplink/outbox.ts";
import { applied, type Means } from "./judge.ts";
import { reportOf } from "./report.ts";

/** Asked every 2,000 ms, stale after 6,000. */
const VENT = "puritan-bennett/840";
const profileOf = (id: string): Profile => CATALOG.get(id) ?? expect.fail(id);
const line = (id: string, profile: string): LineSettings => ({
  id,
  address: { kind: "tcp", host: "device", port: 4_001, listenOnly: false },
  profile: profileOf(profile),
  units: ["1"],
  credentials: { userName: "agent", password: "hunter2" },
  serverCertificate: null,
});
const settings: AgentSettings = {
  site: "st-mary",
  gateway: "gw-icu",
  simulated: true,
  dataDir: "data",
  mqtt: { host: "broker", port: 8_883, cert: "", key: "", ca: "", files: { certFile: "", keyFile: "" } },
  lines: [line("vent-3", VENT), line("vent-4", VENT), line("pump", "alaris/asena-gh")],
  batchEveryMs: 1_000,
  keepPatientDerived: true,
  outbox: OUTBOX_LIMITS,
  profilesDir: null,
  credentialsSetOn: new Map([["pump", "2026-11-30"]]),
};
const revised = (revision: number): Profile => ({ ...profileOf(VENT), revision });
const means: Means = { profile: (id) => ok(profileOf(id)), whyUnread: () => null };
const withProfile = (profile: Profile): Means => ({ ...means, profile: () => ok(profile) });
const judge = (desired: JsonObject, has: Means = means) => applied(settings, desired, has);
const cadence = (everyMs: number | string, poll = "report", of = "vent-3"): JsonObject => ({
  lines: { [of]: { everyMs: { [poll]: everyMs } } },
});
const reasonIn = ({ refused }: ReturnType<typeof judge>) => refused.map(({ reason }) => reason).join();

test("nothing wished, everything is as the gateway's own file and its profiles say", () => {
  const { batchEveryMs, lines, taken, refused, revision } = judge({});
  expect({ batchEveryMs, taken, refused, revision }).toEqual({
    batchEveryMs: 1_000,
    taken: [],
    refused: [],
    revision: null,
  });
  expect([...lines.keys()]).toEqual(["vent-3", "vent-4", "pump"]);
  expect(lines.get("vent-3")).toEqual({ profile: profileOf(VENT), everyMs: new Map() });
});

test("what can be is taken, each line by itself", () => {
  const { batchEveryMs, lines, refused, revision } = judge({ revision: 3, batchEveryMs: 5_000, ...cadence(2_500) });
  expect({ batchEveryMs, refused, revision }).toEqual({ batchEveryMs: 5_000, refused: [], revision: 3 });
  expect(lines.get("vent-3")?.everyMs).toEqual(new Map([["report", 2_500]]));
  expect(lines.get("vent-4")?.everyMs).toEqual(new Map());
});

test.each([1_999, 999, 3_001, 0, -1, 2_000.5, "2500", 1e300])(
  "a poll every %s ms is refused with what may be",
  (everyMs) => {
    const judged = judge(cadence(everyMs));
    expect(judged.refused).toEqual([
      {
        at: "/lines/vent-3/everyMs/report",
        reason: "puritan-bennett/840 lets report be asked every 2000 to 3000 ms, in whole ms.",
      },
    ]);
    expect(judged.lines.get("vent-3")?.everyMs).toEqual(new Map());
  },
);

test("a line, a poll or a setting that the gateway does not have is refused by name, and the rest is taken", () => {
  expect(reasonIn(judge(cadence(2_500, "report", "vent-9")))).toBe('This gateway has no line "vent-9".');
  expect(reasonIn(judge(cadence(2_500, "constructor")))).toBe(
    'The profile puritan-bennett/840 has no poll "constructor".',
  );
  const judged = judge({ batchEveryMs: 50, keepPatientDerived: true, ...cadence(2_500) });
  expect(judged.refused.map(({ at }) => at)).toEqual(["/batchEveryMs", "/keepPatientDerived"]);
  expect(judged.lines.get("vent-3")?.everyMs.get("report")).toBe(2_500);
  expect(judged.batchEveryMs).toBe(1_000);
});

test("the revision that runs, and one that lies in the gateway's folder, are taken on all lines of the profile", () => {
  expect(judge({ profileRevisions: { [VENT]: profileOf(VENT).revision } }).refused).toEqual([]);
  const next = revised(7);
  const { lines, refused } = judge({ profileRevisions: { [VENT]: 7 } }, withProfile(next));
  expect(refused).toEqual([]);
  expect([...lines].map(([id, { profile }]) => [id, profile.revision])).toEqual([
    ["vent-3", 7],
    ["vent-4", 7],
    ["pump", profileOf("alaris/asena-gh").revision],
  ]);
});

test("a cadence is judged by the profile that is wished with it", () => {
  const slow = {
    ...revised(7),
    polls: { report: { ...profileOf(VENT).polls["report"], everyMs: 4_000, staleAfterMs: 20_000 } },
  };
  const wish = { ...cadence(9_000), profileRevisions: { [VENT]: 7 } };
  expect(
    judge(wish, withProfile(slow as Profile))
      .lines.get("vent-3")
      ?.everyMs.get("report"),
  ).toBe(9_000);
});

test("a profile that cannot be taken is refused with the reason, and the old one goes on", () => {
  const own = profileOf(VENT).revision;
  const cases: [wanted: JsonObject, has: Means, reason: RegExp][] = [
    [{ [VENT]: own + 1 }, means, /goes on: the gateway has no other; put revision \d+ into its folder/],
    [{ [VENT]: 9 }, withProfile(revised(8)), /goes on: the gateway has revision 8/],
    [
      { [VENT]: 9 },
      { ...means, profile: () => fail("own/vent.json is not JSON") },
      /goes on: own\/vent.json is not JSON/,
    ],
    [{ [VENT]: 9 }, { ...withProfile(revised(9)), whyUnread: () => "speaks modbus" }, /line "vent-3" speaks modbus/],
    [{ [VENT]: "9" }, means, /whole number/],
    [{ "draeger/evita-v500": 2 }, means, /No line of this gateway is read by "draeger\/evita-v500"/],
  ];
  for (const [profileRevisions, has, reason] of cases) {
    const judged = judge({ profileRevisions }, has);
    expect(reasonIn(judged)).toMatch(reason);
    expect([...judged.lines.values()].map(({ profile }) => profile)).toEqual(
      settings.lines.map(({ profile }) => profile),
    );
  }
});

/** Whatever a cloud might say: control commands as names and as values, on their own and in the places that exist. */
const weapon = fc.constantFrom(...CONTROL_COMMANDS, ...CONTROL_FRAMES, "__proto__", "constructor");
const value = fc.oneof(weapon, fc.integer({ min: -5, max: 70_000 }), fc.double(), fc.constant(null), fc.array(weapon));
const anyName = fc.oneof(
  weapon,
  fc.constantFrom("lines", "everyMs", "vent-3", "report", VENT, "profileRevisions", "polls"),
);
const { tree } = fc.letrec<{ tree: JsonObject; part: unknown }>((tie) => ({
  tree: fc
    .array(fc.tuple(anyName, tie("part")), { maxLength: 4 })
    .map((members) => Object.fromEntries(members) as JsonObject),
  part: fc.oneof({ weight: 2, arbitrary: value }, tie("tree")),
}));

test("whatever is wished, no poll is asked more often than its profile says or by another name, and no profile is another", () => {
  fc.assert(
    fc.property(tree, fc.dictionary(anyName, value), fc.dictionary(anyName, value), (wild, polls, revisions) => {
      const desired = { ...wild, lines: { "vent-3": { everyMs: polls } }, profileRevisions: revisions } as JsonObject;
      const judged = judge(desired);
      expect([...judged.lines.keys()]).toEqual(["vent-3", "vent-4", "pump"]);
      for (const [id, { profile, everyMs }] of judged.lines) {
        expect(profile).toBe(settings.lines.find((one) => one.id === id)?.profile);
        for (const [poll, ms] of everyMs) expect(ms).toBeGreaterThanOrEqual(profile.polls[poll]?.everyMs ?? Number.NaN);
      }
      const report = reportOf(judged, desired, { agentVersion: "1", credentialsSetOn: settings.credentialsSetOn });
      const bytes = bytesOf(JSON.stringify(report)) + bytesOf(JSON.stringify(desired));
      if (bytesOf(JSON.stringify(desired)) < 7_000) expect(bytes).toBeLessThanOrEqual(SHADOW_BYTES_MAX);
    }),
    { numRuns: 300 },
  );
});

test("a report says what is in force and when credentials were set, and never the credentials", () => {
  const desired = { revision: 4, batchEveryMs: 50, ...cadence(2_500) };
  const report = reportOf(judge(desired), desired, {
    agentVersion: "1.2.3",
    credentialsSetOn: settings.credentialsSetOn,
  });
  expect(report).toEqual({
    agentVersion: "1.2.3",
    revision: 4,
    batchEveryMs: 1_000,
    lines: { "vent-3": { everyMs: { report: 2_500 } } },
    profileRevisions: { [VENT]: profileOf(VENT).revision, "alaris/asena-gh": profileOf("alaris/asena-gh").revision },
    refused: { "/batchEveryMs": "Batches are sent every 100 to 60000 ms, in whole ms." },
    credentials: { pump: "2026-11-30" },
  });
  expect(Value.Check(ReportedConfiguration, report)).toBe(true);
  expect(JSON.stringify(report)).not.toMatch(/hunter2|userName|agent"/);
});

test("what does not fit beside the wish is left out from the end on", () => {
  const desired = { revision: 1, noise: "x".repeat(7_000) };
  const credentialsSetOn = new Map(Array.from({ length: 200 }, (_, n) => [`line-${n}`, "2026-11-30"] as const));
  const report = reportOf(judge(desired), desired, { agentVersion: "1", credentialsSetOn });
  expect(bytesOf(JSON.stringify(report)) + bytesOf(JSON.stringify(desired))).toBeLessThanOrEqual(SHADOW_BYTES_MAX);
  expect(report).toMatchObject({ revision: 1, refused: { "/noise": expect.any(String) } });
});
