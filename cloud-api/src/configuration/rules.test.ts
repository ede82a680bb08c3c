import type { JsonObject } from "@wardtwin/device-profiles/vocabulary/json";
import { expect, test } from "vitest";
import { answer, type ShadowRecord } from "../shadow/rules.ts";
import { configurationOf, revisionOf, type ToldShadow, wishChange, wishFault } from "./rules.ts";

const GATEWAY = "gw-icu";
const address = { thing: GATEWAY, shadow: "configuration" };
const payload = (body: object) => new TextEncoder().encode(JSON.stringify(body));

/** A shadow after updates, a second apart from second 1 on, as its service tells it. */
function toldAfter(...updates: { desired?: JsonObject; reported?: JsonObject }[]): ToldShadow {
  let record: ShadowRecord | null = null;
  for (const [index, state] of updates.entries())
    ({ record } = answer(record, { address, verb: "update", payload: payload({ state }) }, index + 1));
  const { messages } = answer(record, { address, verb: "get", payload: payload({}) }, 99);
  return JSON.parse(messages[0]?.payload ?? "null");
}
const second = (n: number) => new Date(n * 1_000).toISOString();
const wish = { batchEveryMs: 5_000, lines: { vent: { everyMs: { report: 2_500 } } } };

test("of a gateway without a shadow nothing is wished, and nothing is known", () => {
  expect(configurationOf(GATEWAY, null)).toEqual({
    gateway: GATEWAY,
    revision: 0,
    settings: {},
    state: "none",
    since: null,
    wishes: [],
    agentVersion: null,
    profileRevisions: {},
    credentials: [],
  });
});

test("what the gateway has not judged is pending since it was wished", () => {
  const told = toldAfter({ reported: { batchEveryMs: 1_000 } }, { desired: { ...wish, revision: 1 } });
  const { state, since, wishes, settings, revision } = configurationOf(GATEWAY, told);
  expect({ state, since, settings, revision }).toEqual({
    state: "pending",
    since: second(2),
    settings: wish,
    revision: 1,
  });
  expect(wishes).toEqual([
    { at: "/batchEveryMs", wanted: 5_000, inForce: 1_000, state: "pending", since: second(2), reason: null },
    {
      at: "/lines/vent/everyMs/report",
      wanted: 2_500,
      inForce: null,
      state: "pending",
      since: second(2),
      reason: null,
    },
  ]);
});

test("what is in force is applied, what was refused says why, and when the gateway said so", () => {
  const told = toldAfter(
    { desired: { ...wish, revision: 1 } },
    { reported: { revision: 1, batchEveryMs: 1_000, lines: wish.lines, refused: { "/batchEveryMs": "No." } } },
  );
  const { state, since, wishes } = configurationOf(GATEWAY, told);
  expect({ state, since }).toEqual({ state: "refused", since: second(2) });
  expect(wishes).toMatchObject([
    { at: "/batchEveryMs", state: "refused", since: second(2), reason: "No." },
    { at: "/lines/vent/everyMs/report", state: "applied", inForce: 2_500, since: second(2), reason: null },
  ]);
  const all = toldAfter({ desired: { ...wish, revision: 1 } }, { reported: { revision: 1, ...wish } });
  expect(configurationOf(GATEWAY, all)).toMatchObject({ state: "applied", since: second(2) });
});

test("a reason that belongs to an earlier wish speaks against no later one", () => {
  const told = toldAfter(
    { desired: { batchEveryMs: 50, revision: 1 } },
    { reported: { revision: 1, batchEveryMs: 1_000, refused: { "/batchEveryMs": "Too often." } } },
    { desired: { batchEveryMs: 500, revision: 2 } },
  );
  expect(configurationOf(GATEWAY, told)).toMatchObject({
    state: "pending",
    since: second(3),
    wishes: [{ state: "pending", since: second(3), reason: null }],
  });
});

test("a refusal without a reason that fitted is a refusal", () => {
  const told = toldAfter(
    { desired: { batchEveryMs: 50, revision: 1 } },
    { reported: { revision: 1, batchEveryMs: 1_000 } },
  );
  expect(configurationOf(GATEWAY, told).wishes).toMatchObject([{ state: "refused", reason: /log says why/ }]);
});

test("what is wished no more is pending until the gateway has given it up", () => {
  const first = [{ desired: { ...wish, revision: 1 } }, { reported: { revision: 1, ...wish } }];
  const before = toldAfter(...first);
  const change = wishChange(before, { revision: 1, settings: { batchEveryMs: 5_000 } });
  expect(change).toEqual({ lines: null, revision: 2 });
  const told = toldAfter(...first, { desired: change });
  expect(configurationOf(GATEWAY, told)).toMatchObject({
    state: "pending",
    since: second(3),
    settings: { batchEveryMs: 5_000 },
    wishes: [
      { at: "/batchEveryMs", state: "applied" },
      { at: "/lines/vent/everyMs/report", wanted: null, inForce: 2_500, state: "pending", since: second(3) },
    ],
  });
});

test("a wish changes what differs alone, so that the rest keeps its moment", () => {
  const told = toldAfter({ desired: { ...wish, revision: 4 } });
  const settings = { batchEveryMs: 5_000, lines: { vent: { everyMs: { report: 3_000 } } } };
  expect(wishChange(told, { revision: 4, settings })).toEqual({
    lines: { vent: { everyMs: { report: 3_000 } } },
    revision: 5,
  });
  expect(revisionOf(told)).toBe(4);
});

test("what another client wrote into the shadow is listed with the gateway's word, and is no setting", () => {
  const junk = {
    REMOTE_CTRL: "ENABLED",
    batchEveryMs: "MO;2",
    lines: { vent: { everyMs: { report: 2_500 }, send: "PR" } },
  };
  const told = toldAfter({ desired: junk }, { reported: { lines: { vent: { everyMs: { report: 2_500 } } } } });
  const { settings, wishes, state } = configurationOf(GATEWAY, told);
  expect(settings).toEqual({ lines: { vent: { everyMs: { report: 2_500 } } } });
  expect(state).toBe("refused");
  expect(wishes.map(({ at, wanted, state: one }) => [at, wanted, one])).toEqual([
    ["/REMOTE_CTRL", null, "refused"],
    ["/batchEveryMs", null, "refused"],
    ["/lines/vent/everyMs/report", 2_500, "applied"],
    ["/lines/vent/send", null, "refused"],
  ]);
});

test("what would not fit into a shadow with the gateway's answer is refused with its size", () => {
  const everyMs = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`poll-number-${n}`, 2_000]));
  expect(wishFault({ revision: 0, settings: { lines: { vent: { everyMs } } } })).toMatch(
    /^it has \d+ bytes, and at most 3072 fit$/,
  );
  expect(wishFault({ revision: 0, settings: wish })).toBeNull();
});
