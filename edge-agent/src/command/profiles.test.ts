import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { expect, test } from "vitest";
import { profilesText } from "./profiles.ts";

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
