/** The AWS SDK's own shadow client, unchanged, against our broker and our shadow service: what it can see of each rule. */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { certify } from "../support/raw-gateway.ts";
import { refusalOf, ShadowClient } from "../support/shadow-client.ts";

const SITE = "st-real";
const GATEWAY = "gw-a";
/** A device that is bound to the gateway. */
const THING = `${GATEWAY}-vent`;
let house: TestCloud;
let client: ShadowClient;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [GATEWAY]));
  const own = await certify(house.administrator, GATEWAY);
  client = await ShadowClient.open(house.mqttUrl, own, `${SITE}:${GATEWAY}`);
}, 60_000);
afterAll(async () => {
  await client?.close();
  await house?.stop();
});

const update = (shadowName: string, state: object, rest: object = {}) =>
  client.sdk.updateNamedShadow({ thingName: THING, shadowName, state, ...rest });
const get = (shadowName: string) => client.sdk.getNamedShadow({ thingName: THING, shadowName });
const remove = (shadowName: string) => client.sdk.deleteNamedShadow({ thingName: THING, shadowName });

test("G2, U1, G1, G3, G5: a shadow is missed, made, read, deleted and missed again", async () => {
  const absent = { code: 404, message: "No shadow exists with name: 'life'" };
  expect(await refusalOf(get("life"))).toMatchObject(absent);
  const made = await update("life", { desired: { every: 5 }, reported: { every: 1 } });
  expect(made).toMatchObject({ version: 1, state: { desired: { every: 5 }, reported: { every: 1 } } });
  expect(await get("life")).toMatchObject({
    version: 1,
    state: { desired: { every: 5 }, reported: { every: 1 }, delta: { every: 5 } },
    metadata: { desired: { every: { timestamp: expect.any(Number) } } },
  });
  expect(await remove("life")).toMatchObject({ version: 1 });
  expect(await refusalOf(get("life"))).toMatchObject(absent);
  expect(await refusalOf(remove("life"))).toMatchObject(absent);
});

test("T1: the classic shadow of a thing is another one than its named ones", async () => {
  const where = { thingName: THING };
  expect(await client.sdk.updateShadow({ ...where, state: { reported: { a: 1 } } })).toMatchObject({ version: 1 });
  expect(await client.sdk.getShadow(where)).toMatchObject({ state: { reported: { a: 1 } } });
  expect(await refusalOf(get("classic"))).toMatchObject({ code: 404 });
  expect(await client.sdk.deleteShadow(where)).toMatchObject({ version: 1 });
  expect(await refusalOf(client.sdk.getShadow(where))).toMatchObject({
    message: `No shadow exists with name: '${THING}'`,
  });
});

test("U2, U3, U9: members are merged, null takes away, and each update is one version", async () => {
  await update("merge", { desired: { a: 1, b: { c: 1, d: 1 } } });
  await update("merge", { desired: { b: { c: 2 } } });
  await update("merge", { desired: { a: null } });
  expect(await get("merge")).toMatchObject({ version: 3, state: { desired: { b: { c: 2, d: 1 } } } });
  expect((await get("merge")).state?.desired).toEqual({ b: { c: 2, d: 1 } });
  await update("merge", { desired: null });
  expect((await get("merge")).state).toEqual({});
});

test("U10: a stale version is a conflict, and the present one is taken", async () => {
  await update("version", { desired: { a: 1 } });
  expect(await refusalOf(update("version", { desired: { a: 2 } }, { version: 7 }))).toMatchObject({
    code: 409,
    message: "Version conflict",
  });
  expect(await update("version", { desired: { a: 2 } }, { version: 1 })).toMatchObject({ version: 2 });
});

test("A2, A3, A5, A7: a delta tells all that differs, flat, with the times of the desired, and none when nothing does", async () => {
  const { heard, close } = await client.listen(THING, "delta", "delta");
  onTestFinished(close);
  await update("delta", { desired: { a: 1, b: { c: 1, same: 1 } }, reported: { b: { same: 1 } } });
  await update("delta", { desired: { d: 1 } });
  await update("delta", { reported: { a: 1, b: { c: 1 }, d: 1 } });
  await update("delta", { desired: { d: 2 } });
  await eventually("the last delta", () => heard.some(({ version }) => version === 4));
  expect(heard.map(({ version, state }) => ({ version, state }))).toEqual([
    { version: 1, state: { a: 1, b: { c: 1 } } },
    { version: 2, state: { a: 1, b: { c: 1 }, d: 1 } },
    { version: 4, state: { d: 2 } },
  ]);
  expect(heard[0]?.["metadata"]).toEqual({
    a: { timestamp: expect.any(Number) },
    b: { c: { timestamp: expect.any(Number) } },
  });
});

test("A8: documents tell the shadow before and after", async () => {
  const { heard, close } = await client.listen(THING, "documents", "documents");
  onTestFinished(close);
  await update("documents", { desired: { a: 1 } });
  await update("documents", { reported: { a: 1 } });
  await eventually("both documents", () => heard.length === 2);
  expect(heard).toMatchObject([
    { current: { version: 1, state: { desired: { a: 1 } } } },
    {
      previous: { version: 1, state: { desired: { a: 1 } } },
      current: { version: 2, state: { desired: { a: 1 }, reported: { a: 1 } } },
    },
  ]);
  expect(heard[0]?.["previous"] ?? null).toBeNull();
});

test("U5, U12, L1, L2: what cannot be stored is refused with AWS's code and sentence", async () => {
  const refused = async (state: object) => {
    const { code, message } = await refusalOf(update("refused", state));
    return [code, message];
  };
  const deep = { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } };
  expect(await refused({ desired: { list: [1, null] } })).toEqual([400, "State contains an invalid node: 'list'"]);
  expect(await refused({ delta: { a: 1 } })).toEqual([400, "State contains an invalid node: 'delta'"]);
  expect(await refused({ desired: [1] })).toEqual([400, "Desired node must be an object"]);
  expect(await refused({ desired: deep })).toEqual([400, "JSON contains too many levels of nesting; maximum is 6"]);
  expect(await refused({ desired: { a: "x".repeat(8_185) } })).toEqual([
    413,
    "The payload exceeds the maximum size allowed",
  ]);
  expect(await refusalOf(get("refused"))).toMatchObject({ code: 404 });
  expect(await update("refused", { desired: { a: "x".repeat(8_184) } })).toMatchObject({ version: 1 });
});

test("G4: a shadow that is made again goes on from its version", async () => {
  await update("again", { desired: { a: 1 } });
  await update("again", { desired: { a: 2 } });
  expect(await remove("again")).toMatchObject({ version: 2 });
  expect(await update("again", { desired: { b: 1 } })).toMatchObject({ version: 3 });
  expect((await get("again")).state?.desired).toEqual({ b: 1 });
});

test("C2: subscribe, get, make, apply what differs, report: after that nothing differs", async () => {
  const { heard, close } = await client.listen(THING, "start", "delta");
  onTestFinished(close);
  expect(await refusalOf(get("start"))).toMatchObject({ code: 404 });
  await update("start", { reported: { every: 5 } });
  await update("start", { desired: { every: 1 } });
  const delta = await eventually("a delta", () => heard[0]);
  await update("start", { reported: delta["state"] }, { version: delta["version"] });
  expect((await get("start")).state).toEqual({ desired: { every: 1 }, reported: { every: 1 } });
});

test("many updates in flight, up to AWS's ten, are each answered once and counted once", async () => {
  const versions = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => (await update("busy", { reported: { i } })).version),
  );
  expect(versions.sort((a, b) => Number(a) - Number(b))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("what was answered is in the database", async () => {
  const { version } = await update("kept", { reported: { a: 1 } });
  const rows = await query(
    house.databaseUrl,
    "select version::int, document -> 'reported' -> 'state' as state from shadow where thing = $1 and name = 'kept'",
    [THING],
  );
  expect(rows).toEqual([{ version, state: { a: 1 } }]);
});
