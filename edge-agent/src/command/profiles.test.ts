import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { parseProfile } from "@wardtwin/device-profiles/profile/parse-profile";
import { expect, test } from "vitest";
import { profilesText, profileText } from "./profiles.ts";

test("the list for programs says of each profile what it promises and what it does not", () => {
  const listed = JSON.parse(profilesText(CATALOG, true));
  expect(listed.map(({ id }: { id: string }) => id)).toEqual([...CATALOG.keys()]);
  for (const one of listed) {
    const profile = CATALOG.get(one.id);
    expect(one).toMatchObject({
      kind: profile?.kind,
      manufacturer: profile?.manufacturer,
      model: profile?.model,
      protocol: profile?.protocol,
      identity: profile?.identity,
      evidence: profile?.evidence,
      notKnown: profile?.notKnown,
    });
    expect([...one.metrics, ...one.technicalAlarms].toSorted()).toEqual(Object.keys(profile?.metrics ?? {}).toSorted());
    expect(one.technicalAlarms.every((name: string) => name.endsWith("Alarm"))).toBe(true);
  }
});

test("the list for people names each profile with its evidence and what is not known", () => {
  const text = profilesText(CATALOG, false);
  for (const { id, evidence, notKnown } of CATALOG.values()) {
    for (const words of [id, evidence.note, ...notKnown]) expect(text).toContain(words);
  }
});

test("one profile as JSON is all of it, so that one's own can begin with it", () => {
  for (const profile of CATALOG.values()) {
    expect(parseProfile(JSON.parse(profileText(profile, true)))).toEqual({ ok: true, value: profile });
    expect(profileText(profile, false)).toContain(profile.id);
  }
});
