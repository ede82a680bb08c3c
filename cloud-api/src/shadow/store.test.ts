import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { Clock } from "../platform/clock.ts";
import { openTestDatabase, silent, type TestDatabase } from "../platform/database.testing.ts";
import { type Database, openDatabase } from "../platform/database.ts";
import { ShadowDesk } from "./desk.ts";
import { pageOf } from "./listing.ts";
import { SHADOW_LIMITS, type ShadowMessage, type ShadowRequest } from "./rules.ts";
import { ShadowStore } from "./store.ts";
import type { Verb } from "./topics.ts";

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const clock: Clock = { nowMs: () => NOW_MS };

let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase();
});
afterAll(() => house.stop());

const storeOn = (db: Database) => new ShadowStore({ db, limits: SHADOW_LIMITS, log: silent });
const deskOn = (db: Database) => new ShadowDesk({ store: storeOn(db), clock, log: silent });

const request = (thing: string, shadow: string | null, verb: Verb, body: object = {}): ShadowRequest => ({
  address: { thing, shadow },
  verb,
  payload: new TextEncoder().encode(JSON.stringify(body)),
});
const update = (thing: string, shadow: string | null, desired: unknown, rest: object = {}) =>
  request(thing, shadow, "update", { state: { desired }, ...rest });

/** The answer itself, without what is told beside it. */
function answerOf(messages: readonly ShadowMessage[] | undefined): Record<string, unknown> {
  const [first] = messages ?? [];
  return { channel: first?.channel, ...JSON.parse(first?.payload ?? "{}") };
}

async function stored(thing: string): Promise<{ name: string; version: number }[]> {
  const { rows } = await house.db.pool.query<{ name: string; version: number }>(
    'select name, version::int from shadow where thing = $1 and deleted_at is null order by name collate "C"',
    [thing],
  );
  return rows;
}

test("many requests are settled in one transaction, those of one shadow in their order", async () => {
  const settled = await storeOn(house.db).settle(
    [
      update("many", "b", { a: 1 }),
      update("many", null, { a: 1 }),
      request("many", "b", "get"),
      update("many", "b", { a: 2 }, { version: 1 }),
      request("many", "b", "delete"),
      update("many", "b", { a: 3 }),
      request("many", "c", "get"),
    ],
    NOW_MS,
  );
  expect(settled.map(answerOf)).toMatchObject([
    { channel: "accepted", version: 1 },
    { channel: "accepted", version: 1 },
    { channel: "accepted", version: 1, state: { desired: { a: 1 } } },
    { channel: "accepted", version: 2 },
    { channel: "accepted", version: 2 },
    { channel: "accepted", version: 3 },
    { channel: "rejected", code: 404 },
  ]);
  expect(await stored("many")).toEqual([
    { name: "", version: 1 },
    { name: "b", version: 3 },
  ]);
  const written = await house.db.pool.query("select distinct xmin from shadow where thing = 'many'");
  expect(written.rowCount).toBe(1);
});

test("what was stored is read back as it was sent, whatever the names and signs", async () => {
  const text =
    '{"state":{"reported":{"__proto__":{"constructor":1},"zero":"\\u0000","half":"\\ud800","n":1e21,"ü":[{}]}}}';
  const store = storeOn(house.db);
  const payload = new TextEncoder().encode(text);
  await store.settle([{ address: { thing: "odd", shadow: null }, verb: "update", payload }], NOW_MS);
  const [told] = await store.settle([request("odd", null, "get")], NOW_MS);
  expect(answerOf(told)["state"]).toEqual(JSON.parse(text).state);
});

test("versions have no gap and no repeat when two services update the same shadows at once", async () => {
  const stores = [storeOn(house.db), storeOn(house.another())];
  const rounds = stores.flatMap((store) =>
    Array.from({ length: 10 }, async (_, i) => {
      const group = ["b", "a", null].map((shadow) => update("raced", shadow, { i }));
      return (await store.settle(group, NOW_MS)).map((messages) => answerOf(messages)["version"]);
    }),
  );
  const versions = await Promise.all(rounds);
  const expected = Array.from({ length: 20 }, (_, i) => i + 1);
  for (const shadow of [0, 1, 2])
    expect(versions.map((group) => Number(group[shadow])).sort((a, b) => a - b)).toEqual(expected);
});

test("a shadow that another service makes at the same moment is found and not made twice", async () => {
  const other = await house.db.pool.connect();
  onTestFinished(() => other.release());
  await other.query("begin");
  await other.query(
    `insert into shadow (thing, name, version, document, updated_at) values ('twice', '', 4, '{}', now())`,
  );
  const settling = storeOn(house.db).settle([update("twice", null, { a: 1 })], NOW_MS);
  await vi.waitFor(async () => {
    const { rowCount } = await house.db.pool.query(
      "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into shadow%'",
    );
    expect(rowCount).toBe(1);
  }, 10_000);
  await other.query("commit");
  expect((await settling).map(answerOf)).toMatchObject([{ channel: "accepted", version: 5 }]);
  expect(await stored("twice")).toEqual([{ name: "", version: 5 }]);
});

test("E500: a request that the database cannot take fails alone", async () => {
  const settled = await storeOn(house.db).settle(
    [update("sound", null, { a: 1 }), update("un\u0000sound", null, { a: 1 }, { clientToken: "t" })],
    NOW_MS,
  );
  expect(settled.map(answerOf)).toMatchObject([
    { channel: "accepted", version: 1 },
    { channel: "rejected", code: 500, message: "Internal service failure", clientToken: "t" },
  ]);
  expect(await stored("sound")).toEqual([{ name: "", version: 1 }]);
});

test("E500: while the database is out of reach every request is told so", async () => {
  const away = openDatabase("postgres://nobody@127.0.0.1:1/nothing", silent);
  onTestFinished(() => away.close());
  const desk = deskOn(away);
  const answers = await Promise.all(
    ["a", "b"].map((shadow) => desk.ask(update("t", shadow, {}, { clientToken: shadow }))),
  );
  expect(answers.map(answerOf)).toMatchObject([
    { channel: "rejected", code: 500, clientToken: "a" },
    { channel: "rejected", code: 500, clientToken: "b" },
  ]);
});

test("E429: ten requests of a thing may be in flight, the next one is refused, and other things are not", async () => {
  const desk = deskOn(house.db);
  const ask = (thing: string, i: number) => desk.ask(update(thing, null, { i }, { clientToken: `${i}` }));
  const answers = await Promise.all([...Array.from({ length: 11 }, (_, i) => ask("busy", i)), ask("calm", 0)]);
  const told = answers.map(answerOf);
  expect(told.slice(0, 10).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(told[10]).toMatchObject({ channel: "rejected", code: 429, message: "Too many requests", clientToken: "10" });
  expect(told[11]).toMatchObject({ channel: "accepted" });
  expect(answerOf(await ask("busy", 11))).toMatchObject({ channel: "accepted", version: 11 });
});

test("an answer comes after the commit: whoever hears it finds it in the database", async () => {
  const desk = deskOn(house.another());
  const answered = Array.from({ length: 8 }, async (_, i) => {
    const { version } = answerOf(await desk.ask(update("told", null, { i })));
    const [row] = await stored("told");
    return (row?.version ?? 0) >= Number(version);
  });
  expect(await Promise.all(answered)).toEqual(Array.from({ length: 8 }, () => true));
});

test("a desk that closes settles what waits and takes no more", async () => {
  const desk = deskOn(house.db);
  const waiting = desk.ask(update("closing", null, { a: 1 }));
  await desk.close();
  expect(answerOf(await waiting)).toMatchObject({ channel: "accepted", version: 1 });
  expect(answerOf(await desk.ask(request("closing", null, "get")))).toMatchObject({ code: 500 });
});

test("L3: a thing may have 100 shadows, and those that it has still work", async () => {
  const store = storeOn(house.db);
  const all = Array.from({ length: 101 }, (_, i) => update("full", `s${i}`, { i }, { clientToken: `${i}` }));
  const settled = (await store.settle(all, NOW_MS)).map(answerOf);
  expect(settled.filter(({ channel }) => channel === "accepted")).toHaveLength(100);
  expect(settled[100]).toMatchObject({ channel: "rejected", code: 403, message: "Forbidden", clientToken: "100" });
  const later = await store.settle([update("full", null, {}), update("full", "s7", { i: 0 })], NOW_MS);
  expect(later.map(answerOf)).toMatchObject([{ code: 403 }, { channel: "accepted", version: 2 }]);
});

test("G4: a deleted shadow's version is remembered for 48 hours and then forgotten", async () => {
  const store = storeOn(house.db);
  await store.settle(
    [update("gone", "s", { a: 1 }), update("gone", "s", { a: 2 }), request("gone", "s", "delete")],
    NOW_MS,
  );
  const remake = [update("gone", "s", { a: 3 }), request("gone", "s", "delete")];
  expect((await store.settle(remake, NOW_MS + 48 * HOUR_MS)).map(answerOf)).toMatchObject([
    { version: 3 },
    { version: 3 },
  ]);
  expect(await store.forgetDeleted(NOW_MS + 96 * HOUR_MS)).toBe(0);
  expect(await store.forgetDeleted(NOW_MS + 96 * HOUR_MS + 1)).toBe(1);
  expect((await store.settle(remake, NOW_MS + 96 * HOUR_MS)).map(answerOf)).toMatchObject([
    { version: 1 },
    { version: 1 },
  ]);
});

test("G6: a list names the living named shadows of a thing alone, page by page", async () => {
  const store = storeOn(house.db);
  const names = ["b", "A", "a", "gone"];
  await store.settle(
    [...names, null].map((name) => update("listed", name, {})),
    NOW_MS,
  );
  await store.settle([request("listed", "gone", "delete"), update("unlisted", "other", {})], NOW_MS);
  const page = pageOf({ pageSize: 2 });
  if (!page.ok) throw new Error(page.fault.message);
  expect(await store.names("listed", page.value)).toEqual(["A", "a", "b"]);
  expect(await store.names("listed", { size: 2, after: "a" })).toEqual(["b"]);
  expect(await store.names("nobody", page.value)).toEqual([]);
});
