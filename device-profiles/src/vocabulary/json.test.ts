import fc from "fast-check";
import { expect, test } from "vitest";
import { changeBetween, type Json, type JsonObject, leavesOf, mergedWith, treeOf, valueAt } from "./json.ts";

const name = fc.constantFrom("a", "b", "lines", "constructor", "__proto__", "/~");
/** Objects as a shadow keeps them: no null, and no object that is empty. */
const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof({ weight: 3, arbitrary: fc.oneof(fc.integer(), fc.boolean(), fc.constant("x")) }, tie("object")),
  object: fc
    .array(fc.tuple(name, tie("value")), { minLength: 1, maxLength: 4 })
    .map((members): JsonObject => Object.fromEntries(members)),
}));
const orNothing = fc.oneof(object, fc.constant<JsonObject>({}));

test("a change makes one object of another, and there is none between two that say the same", () => {
  fc.assert(
    fc.property(orNothing, orNothing, (before, after) => {
      expect(mergedWith(before, changeBetween(before, after))).toEqual(after);
      expect(changeBetween(after, structuredClone(after))).toEqual({});
    }),
  );
});

test("an object is its leaves, each found by its way, and nothing is found that it inherits", () => {
  fc.assert(
    fc.property(orNothing, (whole) => {
      const leaves = leavesOf(whole, 20);
      expect(treeOf(leaves)).toEqual(whole);
      for (const { way, value } of leaves) expect(valueAt(whole, way)).toEqual(value);
    }),
  );
  expect(valueAt({}, ["constructor", "name"])).toBeUndefined();
});

test("what lies deeper than anybody looks is one value", () => {
  expect(leavesOf({ a: { b: { c: 1 } } }, 2)).toEqual([{ way: ["a", "b"], value: { c: 1 } }]);
});
