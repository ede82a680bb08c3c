import fc from "fast-check";
import { expect, test } from "vitest";
import { type Document, deltaOf, merged, type Patch, type Section, stampsOf } from "./document.ts";
import { isObject, isSame, type Json, type JsonObject, member } from "./json.ts";
import { ShadowOfTest } from "./shadow.testing.ts";

/** Names that objects inherit are among them. */
const name = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "toString", "timestamp");
const scalar = fc.oneof(fc.boolean(), fc.integer({ min: -2, max: 2 }), fc.constantFrom("", "x", "ü"));

/** Objects as a patch has them (with nulls) or as they are stored (without). */
const objects = (withNulls: boolean): fc.Arbitrary<JsonObject> =>
  fc.letrec<{ object: JsonObject; value: Json; array: Json[] }>((tie) => ({
    object: fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map((list) => Object.fromEntries(list)),
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      withNulls ? fc.oneof(scalar, fc.constant(null)) : scalar,
      fc.array(scalar, { maxLength: 2 }),
      tie("object"),
    ),
    array: fc.array(scalar, { maxLength: 2 }),
  })).object;

const patch = fc.record(
  {
    desired: fc.option(objects(true), { nil: null, freq: 8 }),
    reported: fc.option(objects(true), { nil: null, freq: 8 }),
  },
  { requiredKeys: [] },
);
const history = fc.array(patch, { maxLength: 6 });

const after = (patches: readonly Patch[]): Document =>
  patches.reduce<Document>((document, one, i) => merged(document, one, 1_000 + i), {});

/** Whether metadata have the same names as what they tell of, down to a time for each leaf. */
function isStamped(state: Json, metadata: Json | undefined): boolean {
  if (Array.isArray(state)) {
    return (
      Array.isArray(metadata) && metadata.length === state.length && state.every((it, i) => isStamped(it, metadata[i]))
    );
  }
  if (metadata === undefined || !isObject(metadata)) return false;
  if (!isObject(state)) return typeof metadata["timestamp"] === "number" && Object.keys(metadata).length === 1;
  const names = Object.keys(state);
  return (
    names.length === Object.keys(metadata).length &&
    names.every((it) => isStamped(member(state, it) ?? null, member(metadata, it)))
  );
}

const holdsNull = (value: Json): boolean =>
  value === null || (typeof value === "object" && Object.values(value).some((part: Json) => holdsNull(part)));

test("nothing stored is null, and metadata have the shape of what is stored, whatever was sent", () => {
  fc.assert(
    fc.property(history, (patches) => {
      for (const section of Object.values(after(patches))) {
        expect(holdsNull(section.state)).toBe(false);
        expect(isStamped(section.state, section.metadata)).toBe(true);
        expect(Object.keys(section.state)).not.toHaveLength(0);
      }
    }),
  );
});

test("a patch that is sent twice leaves what it left the first time", () => {
  fc.assert(
    fc.property(history, patch, (patches, one) => {
      const once = merged(after(patches), one, 2_000);
      expect(merged(once, one, 2_000)).toEqual(once);
    }),
  );
});

test("a section that a patch does not name stays as it is, to the last time", () => {
  fc.assert(
    fc.property(history, objects(true), (patches, desired) => {
      const before = after(patches);
      expect(merged(before, { desired }, 2_000).reported).toEqual(before.reported);
    }),
  );
});

const stated = (state: JsonObject): Section => ({ state, metadata: Object(stampsOf(state, 7)) });
const both = (desired: JsonObject, reported: JsonObject): Document => ({
  desired: stated(desired),
  reported: stated(reported),
});

test("delta = desired minus reported: reporting it leaves nothing that differs, and each part of it is desired", () => {
  fc.assert(
    fc.property(objects(false), objects(false), (desired, reported) => {
      const delta = deltaOf(both(desired, reported));
      if (delta === null) return;
      expect(isStamped(delta.state, delta.metadata)).toBe(true);
      expect(deltaOf(both(delta.state, desired))).toBeNull();
      expect(deltaOf(both(delta.state, reported))?.state).toEqual(delta.state);
      const next = merged(both(desired, reported), { reported: delta.state }, 8);
      expect(deltaOf(next)).toBeNull();
    }),
  );
});

test("there is no delta exactly where the reported merged with the desired is the reported", () => {
  fc.assert(
    fc.property(objects(false), objects(false), (desired, reported) => {
      const joined = merged({ reported: stated(reported) }, { reported: desired }, 8).reported?.state ?? {};
      expect(deltaOf(both(desired, reported)) === null).toBe(isSame(joined, reported));
    }),
  );
});

test("over any requests the version rises by one with each accepted update, and never otherwise", () => {
  const request = fc.oneof(
    patch.map((state) => ({ verb: "update" as const, body: { state } })),
    fc.constantFrom(
      { verb: "update" as const, body: { state: null } },
      { verb: "update" as const, body: { state: {}, version: 2 } },
      { verb: "get" as const, body: {} },
      { verb: "delete" as const, body: {} },
    ),
  );
  fc.assert(
    fc.property(fc.array(request, { maxLength: 20 }), (requests) => {
      const shadow = new ShadowOfTest();
      let version = 0;
      for (const { verb, body } of requests) {
        const { accepted, documents } = shadow.ask(verb, body);
        if (verb === "update" && accepted !== undefined) version++;
        if (accepted !== undefined) expect(accepted["version"]).toBe(version);
        if (documents !== undefined) expect(documents["current"]).toMatchObject({ version });
        expect(shadow.record?.version ?? 0).toBe(version);
      }
    }),
  );
});
