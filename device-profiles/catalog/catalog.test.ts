import { expect, test } from "vitest";
import { brokenLaws } from "../src/profile/laws.ts";
import { SNDF_BODY_CHARS, SNDF_FIELD_COUNT } from "../src/profile/sndf-layout.ts";
import { CATALOG, profileOf } from "./catalog.ts";
import defib from "./defibrillator/defib-ready-1.profile.ts";
import asena from "./infusion-pump/alaris-asena-gh.profile.ts";
import ventilator from "./ventilator/puritan-bennett-840.profile.ts";

test("the catalog holds the devices of this version, by id", () => {
  expect([...CATALOG.keys()].toSorted()).toEqual([
    "alaris/asena-gh",
    "puritan-bennett/840",
    "wardtwin-synthetic/defib-ready-1",
    "wardtwin-synthetic/pump-rack-1",
  ]);
  expect(profileOf("nobody/nothing")).toBeNull();
});

test.each([...CATALOG])("%s keeps every law of a profile", (id, profile) => {
  expect(profile.id).toBe(id);
  expect(brokenLaws(profile)).toEqual([]);
});

test("a broken law is told, whichever it is", () => {
  const laws = (change: object) => brokenLaws({ ...ventilator, ...change }).join("; ");
  expect(laws({ evidence: { level: "inferred", note: "seen once [V]" } })).toMatch(/working mark/);
  expect(laws({ polls: { report: { everyMs: 200, staleAfterMs: 300 } } })).toMatch(/faster than 1000 ms/);
  expect(laws({ operatingState: { inUseWhileAnyOf: [60] } })).toMatch(/field 60 tells of a person/);
  expect(laws({ readiness: [{ ...ventilator.readiness[0], metric: "docked" }] })).toMatch(/which no poll brings/);
  expect(laws({ readiness: [{ ...ventilator.readiness[0], expect: { words: ["fine"] } }] })).toMatch(/has no word/);
  expect(laws({ readiness: [{ ...ventilator.readiness[0], freshForS: 1 }] })).toMatch(/fresher than its poll/);
  const holes = [{ table: "input-register", from: 7, to: 7 }] as const;
  expect(brokenLaws({ ...defib, wire: { ...defib.wire, holes } })).toEqual([
    "batteryChargePct lies in a hole of the map",
  ]);
  expect(laws({ fingerprint: ["batteryCycleCount"] })).toMatch(/fingerprint asks for batteryCycleCount/);
});

test("no profile of an Asena pump passes a clinical alarm on, or keeps the line longer than its interval", () => {
  const laws = (change: object) => brokenLaws({ ...asena, ...change }).join("; ");
  const occlusion = { poll: "status", as: "alarm", codes: ["AL_OCCLU"] } as const;
  expect(laws({ metrics: { ...asena.metrics, technicalAlarm: occlusion } })).toMatch(/AL_OCCLU, which is no technical/);
  const beyond = { poll: "status", as: "number", field: 13, unit: "ml", scale: 1 } as const;
  expect(laws({ metrics: { ...asena.metrics, volumeInfusedMl: beyond } })).toMatch(/has no field 13/);
  expect(laws({ wire: { ...asena.wire, pollMs: 2_000 } })).toMatch(/due again before/);
  expect(laws({ wire: { ...asena.wire, attempts: 5 } })).toMatch(/longer than its poll/);
  expect(laws({ wire: { ...asena.wire, replyMs: 901 } })).toMatch(/longest that is waited for/);
});

test("the layout of the report adds up to what captured reports announce", () => {
  expect([SNDF_BODY_CHARS, SNDF_FIELD_COUNT]).toEqual([1225, 169]);
});
