import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { SettingsInForce } from "./settings-in-force.ts";

// The cast stands in for pino's many call signatures.
const log = { info() {}, warn() {}, debug() {}, error() {} } as never;
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-force-"));
  mkdirSync(join(dir, "own"));
  writeProfile(1);
});
afterEach(() => rmSync(dir, { recursive: true }));

const OWN = "st-mary/vent";
function writeProfile(revision: number, change: object = {}): void {
  const profile = { ...CATALOG.get("puritan-bennett/840"), id: OWN, revision, ...change };
  writeFileSync(join(dir, "own", "vent.json"), JSON.stringify(profile));
}
function settings() {
  for (const name of ["gw.pem", "gw.key"]) writeFileSync(join(dir, name), name);
  const config = {
    site: "st-mary",
    gateway: "gw-icu",
    simulated: true,
    dataDir: ".",
    profilesDir: "own",
    mqtt: { host: "localhost", port: 8_883, certFile: "gw.pem", keyFile: "gw.key", caFile: "gw.pem" },
    lines: [{ id: "vent", url: "tcp://vent:4001", protocol: "puritan-bennett-sndf", profile: OWN, units: ["1"] }],
  };
  const file = join(dir, "agent.conf");
  writeFileSync(file, JSON.stringify(config));
  return readConfig(file);
}
const opened = () => new SettingsInForce(settings(), log);
const runs = ({ now }: SettingsInForce) => now.lines.get("vent")?.profile.revision;

test("a wish is kept on the disk, for nobody else's eyes, and holds from a start without the cloud", () => {
  opened().take({ revision: 2, batchEveryMs: 5_000, lines: { vent: { everyMs: { report: 2_500 } } } });
  expect(statSync(join(dir, "desired.json")).mode & 0o777).toBe(0o600);
  const { now } = opened();
  expect(now.batchEveryMs).toBe(5_000);
  expect(now.lines.get("vent")?.everyMs).toEqual(new Map([["report", 2_500]]));
});

test("a file that broke off, or holds anything else, is no wish", () => {
  for (const text of ["", '{"batchEveryMs":50', "[]", "7", '{"batchEveryMs":"now"}']) {
    writeFileSync(join(dir, "desired.json"), text);
    expect(opened().now.batchEveryMs).toBe(1_000);
  }
});

test("a newer profile is taken from the folder while the gateway runs, once its revision is the one wished for", () => {
  const force = opened();
  const wish = { revision: 3, profileRevisions: { [OWN]: 2 } };
  expect(force.take(wish).refused).toMatchObject([
    { reason: expect.stringContaining("put revision 2 into its folder") },
  ]);
  expect(runs(force)).toBe(1);
  writeProfile(2);
  expect(force.take(wish).refused).toEqual([]);
  expect(runs(force)).toBe(2);
  expect(force.report("1")).toMatchObject({ revision: 3, profileRevisions: { [OWN]: 2 } });
  // Nobody wishes for it any more, and there is no reason to stop it.
  force.take({ revision: 4 });
  expect(runs(force)).toBe(2);
});

test("a profile that is not sound, speaks otherwise or is not there is refused, and the old one goes on", () => {
  const force = opened();
  const reasonOf = () =>
    force
      .take({ profileRevisions: { [OWN]: 2 } })
      .refused.map(({ reason }) => reason)
      .join();
  writeProfile(2, { polls: {} });
  expect(reasonOf()).toMatch(/Revision 1 goes on: .*vent\.json/);
  writeFileSync(
    join(dir, "own", "vent.json"),
    JSON.stringify({ ...CATALOG.get("alaris/asena-gh"), id: OWN, revision: 2 }),
  );
  expect(reasonOf()).toMatch(/line "vent" speaks puritan-bennett-sndf, and revision 2 alaris-asena/);
  rmSync(join(dir, "own", "vent.json"));
  expect(reasonOf()).toMatch(/no profile "st-mary\/vent" is there any more/);
  expect(runs(force)).toBe(1);
});
