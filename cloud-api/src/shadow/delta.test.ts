import { expect, test } from "vitest";
import { at, ShadowOfTest } from "./shadow.testing.ts";

const stamp = { timestamp: at(0) };

test("A1: the answer holds only what the request named, with version, time and token", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1 }, reported: { a: 0 } } });
  const { accepted } = shadow.update({ state: { reported: { b: { c: 2 }, gone: null } }, clientToken: "x" });
  expect(accepted).toEqual({
    state: { reported: { b: { c: 2 }, gone: null } },
    metadata: { reported: { b: { c: stamp }, gone: stamp } },
    version: 2,
    timestamp: at(0),
    clientToken: "x",
  });
});

test("A2: a delta is told exactly when the desired differs from the reported", () => {
  const shadow = new ShadowOfTest();
  expect(shadow.update({ state: { reported: { a: 1 } } }).delta).toBeUndefined();
  expect(shadow.update({ state: { desired: { a: 2 } } }).delta).toBeDefined();
  expect(shadow.update({ state: { reported: { other: 1 } } }).delta).toBeDefined();
  expect(shadow.update({ state: { reported: { a: 2 } } }).delta).toBeUndefined();
  expect(shadow.update({ state: { desired: { a: 2 } } }).delta).toBeUndefined();
});

test("A3: a delta holds all that differs, of this request and of earlier ones", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1, b: 1 } } });
  expect(shadow.update({ state: { desired: { c: 1 } } }).delta).toMatchObject({ state: { a: 1, b: 1, c: 1 } });
});

test("A4: what is desired alone is in the delta, also after it was taken from the reported; what is reported alone or equal is not", () => {
  const shadow = new ShadowOfTest();
  shadow.update({
    state: { desired: { alone: 1, equal: 2, removed: 3 }, reported: { equal: 2, other: 4, removed: 3 } },
  });
  expect(shadow.state()).toMatchObject({ delta: { alone: 1 } });
  const { delta } = shadow.update({ state: { reported: { removed: null } } });
  expect(delta?.["state"]).toEqual({ alone: 1, removed: 3 });
});

test("A5: a difference further down keeps its path, without its equal neighbours", () => {
  const shadow = new ShadowOfTest();
  const { delta } = shadow.update({
    state: {
      desired: { a: { b: { c: 1, same: 1 }, same: 2 }, same: 3 },
      reported: { a: { b: { c: 0, same: 1 }, same: 2 }, same: 3 },
    },
  });
  expect(delta?.["state"]).toEqual({ a: { b: { c: 1 } } });
});

test("A6: arrays are compared as values, and one that differs is told whole", () => {
  const shadow = new ShadowOfTest();
  const desired = { list: [["v1"], { a: 1, b: 2 }, 3], equal: [{ a: 1, b: 2 }] };
  const { delta } = shadow.update({
    state: { desired, reported: { list: [["v1"], { a: 1, b: 2 }, 4], equal: [{ b: 2, a: 1 }] } },
  });
  expect(delta?.["state"]).toEqual({ list: desired.list });
  expect(delta?.["metadata"]).toEqual({ list: [[stamp], { a: stamp, b: stamp }, stamp] });
});

test("A7: state and metadata of a delta are flat, and the times are those of the desired", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: { b: 1 } } } });
  shadow.nowS = at(60);
  const { delta } = shadow.update({ state: { reported: { a: { b: 0 } } }, clientToken: "t" });
  expect(delta).toEqual({
    state: { a: { b: 1 } },
    metadata: { a: { b: stamp } },
    version: 2,
    timestamp: at(60),
    clientToken: "t",
  });
});

test("A8: documents tell the shadow before and after, without a delta, and nothing before the first", () => {
  const shadow = new ShadowOfTest();
  const first = shadow.update({ state: { desired: { a: 1 } } }).documents;
  const one = { state: { desired: { a: 1 } }, metadata: { desired: { a: stamp } }, version: 1 };
  expect(first).toEqual({ previous: null, current: one, timestamp: at(0) });
  shadow.nowS = at(1);
  const second = shadow.update({ state: { desired: { a: 2 } }, clientToken: "t" }).documents;
  expect(second).toEqual({
    previous: one,
    current: { state: { desired: { a: 2 } }, metadata: { desired: { a: { timestamp: at(1) } } }, version: 2 },
    timestamp: at(1),
    clientToken: "t",
  });
  expect(shadow.update({ state: null }).documents).toMatchObject({ current: { state: {}, metadata: {}, version: 3 } });
});

test("A9: the desired stays when the reported comes to match it", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1 } } });
  shadow.update({ state: { reported: { a: 1 } } });
  expect(shadow.state()).toEqual({ desired: { a: 1 }, reported: { a: 1 } });
});

test("A10: 1 and 1.0 are the same number", () => {
  const shadow = new ShadowOfTest();
  const { delta } = shadow.askText("update", '{"state":{"desired":{"a":1,"b":[1.0]},"reported":{"a":1.0,"b":[1]}}}');
  expect(delta).toBeUndefined();
});

test("C1: a device that discards what is not newer than what it knows ends with all that differs", () => {
  const shadow = new ShadowOfTest();
  const deltas = [{ a: 1 }, { b: 1 }, { a: 2 }].map((desired) => shadow.update({ state: { desired } }).delta);
  let known = { version: 0, state: {} };
  for (const delta of [deltas[2], deltas[0], deltas[1]]) {
    const version = Number(delta?.["version"]);
    if (version > known.version) known = { version, state: Object(delta?.["state"]) };
  }
  expect(known).toEqual({ version: 3, state: { a: 2, b: 1 } });
});

test("C2: get, make, apply what differs, report: after that nothing differs", () => {
  const shadow = new ShadowOfTest();
  expect(shadow.get().rejected).toMatchObject({ code: 404 });
  shadow.update({ state: { reported: { every: 5 } } });
  const { delta } = shadow.update({ state: { desired: { every: 1 } } });
  const applied = shadow.update({ state: { reported: delta?.["state"] }, version: delta?.["version"] });
  expect(applied.accepted).toMatchObject({ version: 3 });
  expect(applied.delta).toBeUndefined();
});

test("C3: every change is one version, so that a device which missed one can see the gap and get the whole", () => {
  const shadow = new ShadowOfTest();
  const versions = Array.from(
    { length: 3 },
    (_, i) => shadow.update({ state: { desired: { a: i } } }).delta?.["version"],
  );
  expect(versions).toEqual([1, 2, 3]);
  expect(shadow.get().accepted).toMatchObject({ version: 3, state: { delta: { a: 2 } } });
});
