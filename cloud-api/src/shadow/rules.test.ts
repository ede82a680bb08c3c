import { expect, test } from "vitest";
import { answer, SHADOW_LIMITS, type ShadowLimits } from "./rules.ts";
import { at, ShadowOfTest } from "./shadow.testing.ts";

const T0 = at(0);

test("U1: an update makes the shadow that is not there, with version 1", () => {
  const shadow = new ShadowOfTest();
  const { accepted } = shadow.update({ state: { desired: { led: "on" } } });
  expect(accepted).toEqual({
    state: { desired: { led: "on" } },
    metadata: { desired: { led: { timestamp: T0 } } },
    version: 1,
    timestamp: T0,
  });
});

test("U2: only named members change, and objects are merged at every depth", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1, b: { c: 1, d: { e: 1, f: 1 } } } } });
  shadow.update({ state: { desired: { b: { d: { f: 2 } } } } });
  expect(shadow.state()).toMatchObject({ desired: { a: 1, b: { c: 1, d: { e: 1, f: 2 } } } });
});

test("U3: null takes a member away, and a section that becomes empty disappears", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1, b: 2, c: { d: 1 } }, reported: { x: 1 } } });
  shadow.update({ state: { desired: { a: null, c: { d: null } }, reported: { x: null } } });
  expect(shadow.state()).toEqual({ desired: { b: 2, c: {} }, delta: { b: 2, c: {} } });
  shadow.update({ state: { desired: null } });
  expect(shadow.state()).toEqual({});
});

test("U4: nulls of a patch are never stored, nor objects of nothing but nulls", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { reported: { kept: 1, was: 3 } } });
  shadow.update({
    state: { reported: { a: null, b: { c: null, d: { e: null } }, f: { g: null, h: 1 }, was: { x: null } } },
  });
  expect(shadow.state()).toEqual({ reported: { kept: 1, f: { h: 1 } } });
});

test("U5: an array is replaced whole, and one that holds a null is refused", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { reported: { list: [1, 2, 3] } } });
  shadow.update({ state: { reported: { list: [9] } } });
  expect(shadow.state()).toEqual({ reported: { list: [9] } });
  for (const list of [[1, null], [[null]], [{ a: null }]]) {
    const { rejected } = shadow.update({ state: { reported: { inner: { list } } } });
    expect(rejected).toMatchObject({ code: 400, message: "State contains an invalid node: 'list'" });
  }
  expect(shadow.version()).toBe(2);
});

test("U6: a state of null clears everything and counts as a version", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1 }, reported: { b: 1 } } });
  const { accepted } = shadow.update({ state: null });
  expect(accepted).toEqual({ state: null, metadata: { timestamp: T0 }, version: 2, timestamp: T0 });
  expect(shadow.get().accepted).toEqual({ state: {}, metadata: {}, version: 2, timestamp: T0 });
});

test("U7: an empty state and an empty section are accepted, and nothing is stored", () => {
  const shadow = new ShadowOfTest();
  expect(shadow.update({ state: {} }).accepted).toMatchObject({ state: {}, metadata: {}, version: 1 });
  const { accepted } = shadow.update({ state: { desired: {} } });
  expect(accepted).toMatchObject({ state: { desired: {} }, metadata: { desired: {} }, version: 2 });
  expect(shadow.get().accepted).toMatchObject({ state: {}, metadata: {} });
});

test("U8: an empty object inside a section is kept, in the desired and in the delta", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1, b: { c: 3 } } } });
  shadow.update({ state: { desired: { b: { c: {} }, d: {} } } });
  expect(shadow.state()).toEqual({ desired: { a: 1, b: { c: {} }, d: {} }, delta: { a: 1, b: { c: {} }, d: {} } });
});

test("U9: every accepted update raises the version by one, also one that changes nothing", () => {
  const shadow = new ShadowOfTest();
  const same = { state: { reported: { a: 1 } } };
  const versions = [same, same, { state: {} }, { state: null }, same].map(
    (body) => shadow.update(body).accepted?.["version"],
  );
  expect(versions).toEqual([1, 2, 3, 4, 5]);
});

test("U10: a version that is not the present one is a conflict, and none is no check", () => {
  const shadow = new ShadowOfTest();
  const state = { desired: { a: 1 } };
  expect(shadow.update({ state, version: 1 }).rejected).toMatchObject({ code: 409, message: "Version conflict" });
  expect(shadow.update({ state, version: 0 }).accepted).toMatchObject({ version: 1 });
  expect(shadow.update({ state }).accepted).toMatchObject({ version: 2 });
  expect(shadow.update({ state, version: 1 }).rejected).toMatchObject({ code: 409 });
  expect(shadow.update({ state, version: 3 }).rejected).toMatchObject({ code: 409 });
  expect(shadow.update({ state, version: 2 }).accepted).toMatchObject({ version: 3 });
});

test.for([["x"], ["1"], 1.5, -1, true, null, {}].map((version) => ({ version })))(
  "U10: $version is no version",
  ({ version }) => {
    const { rejected } = new ShadowOfTest().update({ state: {}, version });
    expect(rejected).toMatchObject({ code: 400, message: "Invalid version" });
  },
);

test("U11: a token of up to 64 bytes comes back with every message, and a longer one is refused", () => {
  const shadow = new ShadowOfTest();
  const clientToken = "ü".repeat(32);
  const token = { clientToken };
  const changed = shadow.update({ state: { desired: { a: 1 } }, ...token });
  for (const channel of ["accepted", "delta", "documents"] as const) expect(changed[channel]).toMatchObject(token);
  expect(shadow.update({ state: {}, version: 7, ...token }).rejected).toMatchObject(token);
  expect(shadow.update({ state: 1, ...token }).rejected).toMatchObject(token);
  expect(shadow.get(token).accepted).toMatchObject(token);
  expect(shadow.delete(token).accepted).toMatchObject(token);
  expect(shadow.get(token).rejected).toMatchObject(token);
  for (const wrong of [`${clientToken}x`, 7, null]) {
    for (const verb of ["get", "update", "delete"] as const) {
      const { rejected } = shadow.ask(verb, { state: {}, clientToken: wrong });
      expect(rejected).toEqual({ code: 400, message: "Invalid clientToken", timestamp: T0 });
    }
  }
});

test("U12: what stands beside the state is ignored, and an unknown node within it is refused", () => {
  const shadow = new ShadowOfTest();
  expect(shadow.update({ state: { reported: { a: 1 } }, desired: { b: 1 }, metadata: 7 }).accepted).toMatchObject({
    state: { reported: { a: 1 } },
  });
  expect(shadow.state()).toEqual({ reported: { a: 1 } });
  for (const name of ["delta", "other", "__proto__"]) {
    const { rejected } = shadow.askText("update", `{"state":{"reported":{},"${name}":{}}}`);
    expect(rejected).toMatchObject({ code: 400, message: `State contains an invalid node: '${name}'` });
  }
});

test("U13: the thing of a shadow need not be known to anybody", () => {
  expect(new ShadowOfTest("nobody-knows-me").update({ state: {} }).accepted).toMatchObject({ version: 1 });
});

test("D1: each leaf has its time, and an array one for each of its places", () => {
  const shadow = new ShadowOfTest();
  const { accepted } = shadow.update({ state: { reported: { a: { b: true }, list: [1, [2], { c: "x" }], none: [] } } });
  const stamp = { timestamp: T0 };
  expect(accepted).toMatchObject({
    metadata: { reported: { a: { b: stamp }, list: [stamp, [stamp], { c: stamp }], none: [] } },
  });
});

test("D2: a member bears the time of the last request that named it, and others keep theirs", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { reported: { a: 1, b: { c: 1, d: 1 } } } });
  shadow.nowS = at(5);
  shadow.update({ state: { reported: { b: { d: 1 } } } });
  expect(shadow.get().accepted?.["metadata"]).toEqual({
    reported: { a: { timestamp: T0 }, b: { c: { timestamp: T0 }, d: { timestamp: at(5) } } },
  });
});

test("D3: metadata take the shape of what is stored when a value becomes an object, or an object a value", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { reported: { a: 1, b: { c: 1 }, d: [1] } } });
  shadow.nowS = at(5);
  shadow.update({ state: { reported: { a: { x: 1 }, b: 2, d: { e: 1 } } } });
  const stamp = { timestamp: at(5) };
  expect(shadow.get().accepted?.["metadata"]).toEqual({ reported: { a: { x: stamp }, b: stamp, d: { e: stamp } } });
});

test("D4: metadata go with what is taken away, and are not counted in the size", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1, b: 1 }, reported: { x: 1 } } });
  shadow.update({ state: { desired: { a: null }, reported: null } });
  const left = { b: { timestamp: T0 } };
  expect(shadow.get().accepted?.["metadata"]).toEqual({ desired: left, delta: left });
  const many = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`k${i}`, 1]));
  expect(JSON.stringify(many).length).toBeLessThan(SHADOW_LIMITS.bytesMax);
  expect(new ShadowOfTest().update({ state: { reported: many } }).rejected).toBeUndefined();
});

test("G1: a get tells state, metadata, version and time, with what differs", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1, b: 2 }, reported: { a: 1 } } });
  shadow.nowS = at(9);
  const stamp = { timestamp: T0 };
  expect(shadow.get().accepted).toEqual({
    state: { desired: { a: 1, b: 2 }, reported: { a: 1 }, delta: { b: 2 } },
    metadata: { desired: { a: stamp, b: stamp }, reported: { a: stamp }, delta: { b: stamp } },
    version: 1,
    timestamp: at(9),
  });
});

test("G2: a shadow that is not there is told by its name", () => {
  expect(new ShadowOfTest("t", "config").get().rejected).toEqual({
    code: 404,
    message: "No shadow exists with name: 'config'",
    timestamp: T0,
  });
  expect(new ShadowOfTest("t", null).get().rejected).toMatchObject({ message: "No shadow exists with name: 't'" });
});

test("G3: a delete tells the version that the shadow had", () => {
  const shadow = new ShadowOfTest();
  for (let i = 0; i < 3; i++) shadow.update({ state: {} });
  expect(shadow.delete().accepted).toEqual({ version: 3, timestamp: T0 });
  expect(shadow.get().rejected).toMatchObject({ code: 404 });
});

test("G4: a shadow that is made again within 48 hours goes on from its version, and begins anew after that", () => {
  for (const [afterS, version] of [
    [48 * 3_600, 3],
    [48 * 3_600 + 1, 1],
  ] as const) {
    const shadow = new ShadowOfTest();
    for (let i = 0; i < 2; i++) shadow.update({ state: { desired: { old: 1 } } });
    shadow.delete();
    shadow.nowS = at(afterS);
    const again = shadow.update({ state: { desired: { a: 1 } }, version: version - 1 });
    expect(again.accepted).toMatchObject({ version });
    expect(again.documents).toMatchObject({ previous: null });
    expect(shadow.state()).toMatchObject({ desired: { a: 1 } });
    expect(shadow.state()).not.toMatchObject({ desired: { old: 1 } });
  }
});

test("G5: what is deleted twice is not there the second time", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: {} });
  shadow.delete();
  expect(shadow.delete().rejected).toMatchObject({ code: 404 });
  expect(new ShadowOfTest().delete().rejected).toMatchObject({ code: 404 });
});

test.for(["get", "update", "delete"] as const)("G7: a %s whose payload is no JSON object is refused", (verb) => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: {} });
  for (const text of ["{", "nothing", "[]", "7", "null", '{"state":{"desired":{"a":1e999}}}', "\u{feff}{}"]) {
    const { rejected } = shadow.askText(verb, text);
    expect(rejected, text).toEqual({ code: 400, message: "Invalid JSON", timestamp: T0 });
  }
  const notUtf8 = shadow.askBytes(verb, Uint8Array.of(0x7b, 0xff, 0x7d));
  expect(notUtf8.rejected).toMatchObject({
    code: 415,
    message: "Unsupported documented encoding; supported encoding is UTF-8",
  });
});

test("T5: a get and a delete need no payload, and what theirs says is ignored but for its token", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1 } } });
  expect(shadow.askText("get", "").accepted).toMatchObject({ version: 1 });
  expect(shadow.get({ state: { desired: null }, version: 99 }).accepted).toMatchObject({ version: 1 });
  expect(shadow.askText("delete", "").accepted).toMatchObject({ version: 1 });
});

test.for([
  [{}, "Missing required node: state"],
  [{ state: 7 }, "State node must be an object"],
  [{ state: [] }, "State node must be an object"],
  [{ state: { desired: [] } }, "Desired node must be an object"],
  [{ state: { reported: "x" } }, "Reported node must be an object"],
] as const)("E400: %j is refused with its sentence", ([body, message]) => {
  expect(new ShadowOfTest().update(body).rejected).toEqual({ code: 400, message, timestamp: T0 });
});

/** An object that goes `levels` names deep. */
const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });

test("L1: a section may go six names or places deep, or as deep as is configured", () => {
  const message = "JSON contains too many levels of nesting; maximum is 6";
  const shadow = new ShadowOfTest();
  expect(shadow.update({ state: { desired: deep(6) } }).accepted).toBeDefined();
  expect(shadow.update({ state: { desired: { a: [[[[[1]]]]] } } }).accepted).toBeDefined();
  expect(shadow.update({ state: { desired: deep(7) } }).rejected).toMatchObject({ code: 400, message });
  expect(shadow.update({ state: { desired: { a: [[[[[[1]]]]]] } } }).rejected).toMatchObject({ code: 400, message });
  const limits: ShadowLimits = { ...SHADOW_LIMITS, levelsMax: 8 };
  expect(new ShadowOfTest("t", null, limits).update({ state: { desired: deep(8) } }).accepted).toBeDefined();
  expect(new ShadowOfTest("t", null, limits).update({ state: { desired: deep(9) } }).rejected).toMatchObject({
    message: "JSON contains too many levels of nesting; maximum is 8",
  });
});

test("L1: JSON of any depth is refused, and never ends the service", () => {
  for (const text of [`{"state":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`, "[".repeat(100_000)]) {
    expect(new ShadowOfTest().askText("update", text).rejected).toMatchObject({ code: 400 });
  }
});

/** A section whose compact JSON has so many bytes: `{"a":"…"}` is eight and what stands within. */
const sized = (bytes: number) => ({ a: "x".repeat(bytes - 8) });

test("L2: both sections together may have 8192 bytes, of what is stored and not of what is sent", () => {
  const TOO_LARGE = { code: 413, message: "The payload exceeds the maximum size allowed" };
  expect(new ShadowOfTest().update({ state: { desired: sized(8_192) } }).accepted).toBeDefined();
  expect(new ShadowOfTest().update({ state: { desired: sized(8_193) } }).rejected).toMatchObject(TOO_LARGE);
  const both = (bytes: number) => ({ state: { desired: sized(4_096), reported: sized(bytes) } });
  expect(new ShadowOfTest().update(both(4_096)).accepted).toBeDefined();
  expect(new ShadowOfTest().update(both(4_097)).rejected).toMatchObject(TOO_LARGE);
  const shadow = new ShadowOfTest();
  shadow.update(both(4_096));
  expect(shadow.update({ state: { reported: { b: 1 } } }).rejected).toMatchObject(TOO_LARGE);
  expect(shadow.update({ state: { reported: { a: null, b: sized(4_000) } } }).accepted).toBeDefined();
  const umlauts = { a: "ü".repeat(4_092) };
  expect(new ShadowOfTest().update({ state: { desired: umlauts } }).accepted).toBeDefined();
  expect(new ShadowOfTest().update({ state: { desired: { ...umlauts, a: `${umlauts.a}x` } } }).rejected).toBeDefined();
});

test("L2: what no message could carry is not stored", () => {
  const shadow = new ShadowOfTest();
  const { rejected } = shadow.update({ state: { desired: { list: Array.from({ length: 4_000 }, () => 1) } } });
  expect(rejected).toMatchObject({ code: 413 });
  expect(shadow.get().rejected).toMatchObject({ code: 404 });
});

test("a refused request leaves what is kept as it was", () => {
  const shadow = new ShadowOfTest();
  shadow.update({ state: { desired: { a: 1 } } });
  const { record } = shadow;
  for (const body of [{ state: {}, version: 9 }, { state: 1 }, { state: { desired: sized(9_000) } }]) {
    const payload = new TextEncoder().encode(JSON.stringify(body));
    expect(answer(record, { address: shadow.address, verb: "update", payload }, T0).record).toBe(record);
  }
});
