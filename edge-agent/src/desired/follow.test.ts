/** The rules C1 to C3 of the device's side of a shadow, each by its number. */
import { expect, test } from "vitest";
import { type Following, type Heard, type Step, step, type Todo, UNHEARD } from "./follow.ts";

/** Hears one word after another; the token of the n-th question is `t{n}`. */
function hear(...words: readonly Heard[]): { now: Following; todo: readonly Todo[] } {
  let last: Step = { next: UNHEARD, todo: [] };
  for (const [index, word] of words.entries()) last = step(last.next, word, `t${index}`);
  return { now: last.next, todo: last.todo };
}
const subscribed: Heard = { kind: "subscribed" };
const got = (version: number, desired = {}, token = "t0"): Heard => ({
  kind: "got",
  token,
  version,
  desired,
  reported: { batchEveryMs: 1_000 },
});
const delta = (version: number, state = {}): Heard => ({ kind: "delta", version, state });
const get = (token: string): Todo => ({ kind: "get", token });

test("C1: a delta of a version that is not newer is discarded, whatever it says", () => {
  for (const version of [1, 6, 7]) {
    const { now, todo } = hear(subscribed, got(7, { batchEveryMs: 2_000 }), delta(version, { batchEveryMs: 9_000 }));
    expect(todo).toEqual([]);
    expect(now).toMatchObject({ version: 7, desired: { batchEveryMs: 2_000 } });
  }
});

test("C1: an answer that newer word has overtaken is discarded, and asked for again", () => {
  const { now, todo } = hear(
    subscribed,
    got(7),
    { kind: "time" },
    { kind: "reported", version: 8 },
    got(7, { batchEveryMs: 9_000 }, "t2"),
  );
  expect(todo).toEqual([get("t4")]);
  expect(now).toMatchObject({ version: 8, desired: {} });
});

test("C2: subscribed, the gateway gets; what it gets it applies, with what the shadow says of it", () => {
  expect(hear(subscribed).todo).toEqual([get("t0")]);
  const { now, todo } = hear(subscribed, got(7, { batchEveryMs: 2_000 }));
  expect(todo).toEqual([{ kind: "apply", desired: { batchEveryMs: 2_000 }, reported: { batchEveryMs: 1_000 } }]);
  expect(now.version).toBe(7);
});

test("C2: a shadow that is missing is made by the report, and what is wished then is the next version", () => {
  const missing: Heard = { kind: "not-got", token: "t0", code: 404 };
  expect(hear(subscribed, missing).todo).toEqual([{ kind: "apply", desired: {}, reported: {} }]);
  const { todo } = hear(subscribed, missing, { kind: "reported", version: 1 }, delta(2, { batchEveryMs: 2_000 }));
  expect(todo).toEqual([{ kind: "apply", desired: { batchEveryMs: 2_000 } }]);
});

test("C2: any other refusal changes nothing, and leaves the question to the next look", () => {
  const { now, todo } = hear(subscribed, { kind: "not-got", token: "t0", code: 500 });
  expect(todo).toEqual([]);
  expect(now).toEqual({ version: null, desired: {}, asked: null });
});

test("C2: each connection begins anew, and believes the answer even where its version is lower", () => {
  const { now, todo } = hear(subscribed, got(70, { batchEveryMs: 2_000 }), subscribed, got(3, {}, "t2"));
  expect(todo).toMatchObject([{ kind: "apply", desired: {} }]);
  expect(now.version).toBe(3);
});

test("C3: a gap between versions is a reason to get", () => {
  const { now, todo } = hear(subscribed, got(1), delta(3, { batchEveryMs: 2_000 }));
  expect(todo).toEqual([get("t2")]);
  expect(now).toMatchObject({ version: 1, desired: {} });
  expect(hear(subscribed, got(1), { kind: "reported", version: 3 }).todo).toEqual([get("t2")]);
});

test("C3: the next version is merged into what was wished before, and nothing is asked", () => {
  const wish = { lines: { vent: { everyMs: { report: 2_500 } } } };
  const { now, todo } = hear(subscribed, got(1, wish), delta(2, { lines: { vent: { everyMs: { other: 3_000 } } } }));
  const both = { lines: { vent: { everyMs: { report: 2_500, other: 3_000 } } } };
  expect(todo).toEqual([{ kind: "apply", desired: both }]);
  expect(now).toMatchObject({ version: 2, desired: both });
});

test("a delta with a new revision is a reason to get, because what was withdrawn shows in no delta", () => {
  expect(hear(subscribed, got(1), delta(2, { revision: 2 })).todo).toEqual([get("t2")]);
});

test("a delta before the first answer, or while one is awaited, is asked for whole", () => {
  expect(hear(subscribed, delta(5, { batchEveryMs: 2_000 })).todo).toEqual([get("t1")]);
  expect(hear(subscribed, got(1), { kind: "time" }, delta(2, { batchEveryMs: 2_000 })).todo).toEqual([get("t3")]);
});

test("the answer to another's question, or to an older one, is none", () => {
  for (const token of ["another's", "t0"]) {
    const { now, todo } = hear(subscribed, delta(9), got(8, { batchEveryMs: 9_000 }, token));
    expect(todo).toEqual([]);
    expect(now.version).toBeNull();
  }
});

test("the same version is applied again on a later look: the gateway may have been given what it lacked", () => {
  const { todo } = hear(
    subscribed,
    got(7, { batchEveryMs: 2_000 }),
    { kind: "time" },
    got(7, { batchEveryMs: 2_000 }, "t2"),
  );
  expect(todo).toMatchObject([{ kind: "apply", desired: { batchEveryMs: 2_000 } }]);
});

test("a service that was restored to an older version is believed when it is asked", () => {
  const { now, todo } = hear(subscribed, got(70), { kind: "time" }, got(3, { batchEveryMs: 2_000 }, "t2"));
  expect(todo).toMatchObject([{ kind: "apply", desired: { batchEveryMs: 2_000 } }]);
  expect(now.version).toBe(3);
});
