/** Repeats, garbage and strangers over a real broker into a real database: what the books say of each. */
import { GatewayList } from "@wardtwin/cloud-api/fleet/schema";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { encodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { serialOf, smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { batchOf, type Credentials, certify, frameOf, RawGateway } from "../support/raw-gateway.ts";

const SITE = "st-real";
let house: TestCloud;
const credentials = new Map<string, Credentials>();
const GATEWAYS = ["gw-1", "gw-2", "gw-3", "gw-4", "gw-5", "gw-6", "gw-7", "gw-8", "gw-9", "gw-10", "gw-11"];
const unused = [...GATEWAYS];

beforeAll(async () => {
  house = await startTestCloud();
  const { status, text } = await house.administrator.ask(
    "POST",
    "/registry/import",
    smallRegistry(SITE, false, GATEWAYS),
  );
  if (status !== 200) throw new Error(text);
  for (const gateway of GATEWAYS) credentials.set(gateway, await certify(house.administrator, gateway));
}, 60_000);
afterAll(() => house?.stop());

/** A gateway of its own for each test, so that its books hold nothing else. */
let gateway = "";
let raw: RawGateway;
beforeEach(async () => {
  gateway = unused.shift() ?? "";
  const own = credentials.get(gateway);
  if (own === undefined) throw new Error("no gateway is left for this test");
  raw = await RawGateway.open(house.mqttUrl, own, { site: SITE, gateway });
});
afterEach(() => raw.close());

const serial = () => serialOf(gateway);

async function books() {
  const sql = (text: string) => query<Record<string, unknown>>(house.databaseUrl, text, [gateway]);
  const [epochs, chunks, aside, parts, twin] = await Promise.all([
    sql("select epoch::int, committed::text, set_aside::text from gateway_epoch where gateway_id = $1 order by epoch"),
    sql(
      "select sequence::int, readings from telemetry.batch join device on num = any(devices) where device.id = $1 || '-vent' order by sequence",
    ),
    sql("select epoch::int, sequence::int, reason from set_aside_batch where gateway_id = $1 order by id"),
    sql("select line, unit, what, count::int from set_aside_part where gateway_id = $1 order by what"),
    sql("select operating_state, version::int from twin where device_id = $1 || '-vent'"),
  ]);
  return { epochs, chunks, aside, parts, twin };
}

test("a batch that comes twice is acknowledged twice and counted once", async () => {
  const frame = frameOf({ epoch: 1, sequence: 1 }, batchOf({ serial: serial() }, [1_000, 2_000], false));
  await raw.say("telemetry", frame);
  await raw.settled(1, 1);
  raw.acks.length = 0;
  await raw.say("telemetry", frame);
  expect(await raw.settled(1, 1)).toBe("committed");
  expect(await books()).toEqual({
    epochs: [{ epoch: 1, committed: "{[1,2)}", set_aside: "{}" }],
    chunks: [{ sequence: 1, readings: 6 }],
    aside: [],
    parts: [],
    twin: [{ operating_state: "standby", version: 1 }],
  });
  const minutes = await query<{ counted: number }>(
    house.databaseUrl,
    "select sum(count)::int as counted from telemetry.minute join device on num = minute.device where id = $1",
    [`${gateway}-vent`],
  );
  expect(minutes).toEqual([{ counted: 6 }]);
});

test("sequences that come in any order are kept as the ranges that they are", async () => {
  for (const sequence of [5, 2, 1, 4]) {
    await raw.send({ epoch: 3, sequence }, batchOf({ serial: serial() }, [sequence * 1_000], false));
    expect(await raw.settled(3, sequence)).toBe("committed");
  }
  expect(raw.verdictOf(3, 3)).toBeNull();
  const { epochs, chunks } = await books();
  expect(epochs).toEqual([{ epoch: 3, committed: "{[1,3),[4,6)}", set_aside: "{}" }]);
  expect(chunks.map(({ sequence }) => sequence)).toEqual([1, 2, 4, 5]);
});

test("a batch with a broken header is kept and never acknowledged, and costs its neighbour nothing", async () => {
  const whole = frameOf({ epoch: 1, sequence: 7 }, batchOf({ serial: serial() }, [1_000], false));
  const broken = Uint8Array.from(whole);
  broken[9] = (broken[9] ?? 0) ^ 1;
  await raw.say("telemetry", broken);
  await raw.say("telemetry", new Uint8Array(3));
  await raw.send({ epoch: 1, sequence: 1 }, batchOf({ serial: serial() }, [2_000], false));
  expect(await raw.settled(1, 1)).toBe("committed");
  expect(raw.acks.flatMap(({ committed, setAside }) => [...committed, ...setAside])).toEqual([[1, 1]]);
  const { epochs, aside } = await books();
  expect(epochs).toEqual([{ epoch: 1, committed: "{[1,2)}", set_aside: "{}" }]);
  // Two messages that nobody can order are kept in any order.
  expect(aside.toSorted((a, b) => `${a["reason"]}`.localeCompare(`${b["reason"]}`))).toEqual([
    { epoch: null, sequence: null, reason: "frame.checksum" },
    { epoch: null, sequence: null, reason: "frame.too-short" },
  ]);
});

test("a body that cannot be opened is set aside, and acknowledged as that", async () => {
  const body = new TextEncoder().encode("this is no zstd");
  const frame = encodeFrame({ lane: "live", compression: "zstd", epoch: 1, sequence: 1 }, body);
  await raw.say("telemetry", frame);
  expect(await raw.settled(1, 1)).toMatch(/^the body does not decompress/);
  await raw.say("telemetry", frame);
  const cut = encodeBody(batchOf({ serial: serial() }, [1_000], false)).subarray(0, 40);
  await raw.say("telemetry", encodeFrame({ lane: "live", compression: "none", epoch: 1, sequence: 2 }, cut));
  expect(await raw.settled(1, 2)).not.toBe("committed");
  const { epochs, chunks, aside } = await books();
  expect(epochs).toEqual([{ epoch: 1, committed: "{}", set_aside: "{[1,3)}" }]);
  expect(chunks).toEqual([]);
  expect(aside.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
    [1, 1],
    [1, 2],
  ]);
});

test("an unknown metric costs its own column alone", async () => {
  const batch = batchOf({ serial: serial() }, [1_000], false);
  const [group] = batch.devices[0]?.groups ?? [];
  const known = group?.columns[2];
  // The cast plays a newer gateway, whose vocabulary has a word that this cloud lacks.
  if (known !== undefined) group?.columns.push({ ...known, metric: "fluxDensityMt" as "batteryLowAlarm" });
  await raw.send({ epoch: 1, sequence: 1 }, batch);
  expect(await raw.settled(1, 1)).toBe("committed");
  const { chunks, parts } = await books();
  expect(chunks).toEqual([{ sequence: 1, readings: 3 }]);
  expect(parts).toEqual([{ line: "line-1", unit: "1", what: "metric fluxDensityMt", count: 1 }]);
});

test("a device that nobody registered is held, once however often it comes, and its neighbour is not", async () => {
  const batch = batchOf({ serial: serial() }, [1_000], false);
  batch.devices.push(...batchOf({ line: "line-9", serial: "STRANGER" }, [1_000], false).devices);
  for (const _ of [1, 2]) {
    raw.acks.length = 0;
    await raw.send({ epoch: 1, sequence: 1 }, batch);
    expect(await raw.settled(1, 1)).toBe("committed");
  }
  const { epochs, chunks, aside, parts } = await books();
  expect(epochs).toEqual([{ epoch: 1, committed: "{[1,2)}", set_aside: "{}" }]);
  expect(chunks).toEqual([{ sequence: 1, readings: 3 }]);
  expect([parts, aside]).toEqual([[], []]);
  const held = await query(
    house.databaseUrl,
    `select line, unit, serial_normalised as serial, device_id as device, sequence::int, readings
     from device_sighting join telemetry.chunk on chunk.device = num where device_sighting.gateway_id = $1`,
    [gateway],
  );
  expect(held).toEqual([{ line: "line-9", unit: "1", serial: "STRANGER", device: null, sequence: 1, readings: 3 }]);
});

test("a device that says neither who it is nor which presence it is stays with its batch, which is kept once", async () => {
  const batch = batchOf({ serial: serial() }, [1_000], false);
  const [nameless] = batchOf({ line: "line-9", serial: "x" }, [1_000], false).devices;
  if (nameless !== undefined) batch.devices.push({ ...nameless, subject: { ...nameless.subject, identity: {} } });
  for (const _ of [1, 2]) {
    raw.acks.length = 0;
    await raw.send({ epoch: 1, sequence: 1 }, batch);
    expect(await raw.settled(1, 1)).toBe("committed");
  }
  const { chunks, aside, parts } = await books();
  expect(chunks).toEqual([{ sequence: 1, readings: 3 }]);
  expect(parts).toEqual([
    { line: "line-9", unit: "1", what: "device puritan-bennett/840 without a serial number", count: 1 },
  ]);
  expect(aside).toEqual([{ epoch: 1, sequence: 1, reason: "it has devices that are not registered" }]);
});

test("what comes while the database takes nothing is committed once it does, without being sent again", async () => {
  const [row] = await query<{ name: string }>(house.databaseUrl, "select current_database() as name");
  const readOnly = (state: "on" | "off") =>
    query(
      house.databaseUrl,
      `begin read write; alter database ${row?.name} set default_transaction_read_only = ${state}; commit;
      select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
  await readOnly("on");
  try {
    for (const sequence of [1, 2, 3])
      await raw.send({ epoch: 1, sequence }, batchOf({ serial: serial() }, [sequence * 1_000], false));
    await expect(query(house.databaseUrl, "create table refused ()")).rejects.toThrow("read-only");
    expect((await books()).epochs).toEqual([]);
  } finally {
    await readOnly("off");
  }
  for (const sequence of [1, 2, 3]) expect(await raw.settled(1, sequence)).toBe("committed");
  expect((await books()).chunks).toHaveLength(3);
});

test("a real gateway's certificate carries no simulated batch", async () => {
  await raw.send({ epoch: 1, sequence: 1 }, batchOf({ serial: serial() }, [1_000], true));
  expect(await raw.settled(1, 1)).toBe("a simulated batch from a real gateway");
  expect((await books()).chunks).toEqual([]);
});

test("a hello is answered with its own nonce, and a new outbox counts above all that is known", async () => {
  const hello = { bootId: "b", monoMs: 1, wallMs: Date.now(), agentVersion: "test" };
  const greet = async (nonce: string, outboxId: string, epoch: number) => {
    await raw.say("hello", JSON.stringify({ ...hello, nonce, outboxId, epoch }));
    return eventually("a welcome", () => raw.welcomes.find((welcome) => welcome.nonce === nonce));
  };
  expect((await greet("first-nonce", "outbox-one", 4)).epochMin).toBe(1);
  await raw.send({ epoch: 4, sequence: 1 }, batchOf({ serial: serial() }, [1_000], false));
  await raw.settled(4, 1);
  expect((await greet("second-nonce", "outbox-one", 4)).epochMin).toBe(1);
  const { epochMin, cloudMs } = await greet("third-nonce", "outbox-two", 1);
  expect(epochMin).toBe(5);
  expect(Math.abs(cloudMs - Date.now())).toBeLessThan(60_000);
});

test("what a gateway says of its outbox stands at the gateway, and an agent that says nothing leaves nothing there", async () => {
  const hello = { outboxId: "outbox-one", epoch: 1, bootId: "b", monoMs: 1, wallMs: Date.now(), agentVersion: "test" };
  const counts = { waiting: 7, acknowledged: 90_000, quarantined: 1, dropped: 3, lost: 2, thinned: 5 };
  const told = async (nonce: string, outbox?: object) => {
    await raw.say("hello", JSON.stringify({ ...hello, nonce, ...(outbox === undefined ? {} : { outbox }) }));
    await eventually("a welcome", () => raw.welcomes.find((welcome) => welcome.nonce === nonce));
    const { gateways } = await house.administrator.get(GatewayList, "/gateways");
    return gateways.find(({ id }) => id === gateway)?.outbox;
  };
  expect(await told("with-an-age", { ...counts, oldestWaitingMs: 60_000 })).toEqual({
    ...counts,
    oldestWaitingMs: 60_000,
    at: expect.any(String),
  });
  expect(await told("without-an-age", counts)).toMatchObject({ ...counts, oldestWaitingMs: null });
  expect(await told("nothing-at-all")).toBeNull();
});
