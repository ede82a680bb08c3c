/** Devices that name themselves, at gateways that do not have them: carried over, in use, two of one number, and unregistered. */
import { TwinView, WardMap } from "@wardtwin/cloud-api/device-twin/schema";
import { DiscoveredDevices } from "@wardtwin/cloud-api/fleet/schema";
import type { TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import type { Sighting } from "@wardtwin/device-profiles/twin-document/messages";
import { METRICS, OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { serialOf, smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { chunkReadings } from "../support/ledger.ts";
import { batchOf, type Credentials, certify, connect, RawGateway } from "../support/raw-gateway.ts";

const SITE = "st-real";
/** A pair of gateways for each test, so that none hears of another's devices. */
const GATEWAYS = ["move-a", "move-b", "use-a", "use-b", "two-a", "two-b", "new-a", "new-b"];
let house: TestCloud;
const credentials = new Map<string, Credentials>();

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

interface Look {
  /** How long ago it was, by the cloud's time. */
  agoS: number;
  state?: OperatingState;
  answers?: boolean;
}

/** A gateway that says what it heard of one device, each time in a batch of its own. */
class Ward {
  readonly raw: RawGateway;
  #sequence = 0;

  private constructor(raw: RawGateway) {
    this.raw = raw;
  }

  static async open(gateway: string): Promise<Ward> {
    const raw = await RawGateway.open(house.mqttUrl, ownOf(gateway), { site: SITE, gateway });
    onTestFinished(() => raw.close());
    await raw.say("presence", JSON.stringify({ online: true }));
    return new Ward(raw);
  }

  /** Resolves with the times, epoch ms, once the cloud has them. */
  async hears(serial: string, ...looks: Look[]): Promise<number[]> {
    const times: number[] = [];
    for (const { agoS, state = "standby", answers = true } of looks) {
      const atMs = Date.now() - agoS * 1_000;
      const batch = lookOf(serial, atMs, answers ? state : "unknown", answers);
      await this.raw.send({ epoch: 1, sequence: ++this.#sequence }, batch);
      expect(await this.raw.settled(1, this.#sequence)).toBe("committed");
      times.push(atMs);
    }
    return times;
  }

  /** What the cloud answers to a report. */
  async reports(serial: string, change: Partial<Sighting> = {}): Promise<string> {
    const { answers } = this.raw;
    const before = answers.length;
    const said = {
      line: "line-1",
      unit: "1",
      profile: "puritan-bennett/840",
      serial,
      operatingState: "standby",
      forMs: 3_000,
      agoMs: 0,
    };
    await this.raw.say("sighting", JSON.stringify({ devices: [{ ...said, ...change }] }));
    const answer = await eventually("an answer to a report", () => answers[before]);
    expect(answer.devices[0]).toMatchObject({ serial, line: "line-1", unit: "1" });
    return answer.devices[0]?.verdict ?? "";
  }
}

const ownOf = (gateway: string): Credentials => {
  const own = credentials.get(gateway);
  if (own === undefined) throw new Error(`nobody certified ${gateway}`);
  return own;
};

/** With an offset of nought the gateway's monotonic time is the cloud's. */
function lookOf(serial: string, atMs: number, state: OperatingState, answers: boolean): TelemetryBatch {
  const batch = batchOf({ serial }, [atMs], false);
  for (const column of batch.devices[0]?.groups[0]?.columns ?? []) {
    if (column.metric === "operatingState") column.values = [OPERATING_STATES.indexOf(state)];
    if (column.metric === "deviceLink")
      column.values = [METRICS.deviceLink.codes.indexOf(answers ? "connected" : "unreachable")];
  }
  return { ...batch, cloudOffsetMs: 0 };
}

const twinOf = (id: string) =>
  (house.as.get("biomedical-engineer") ?? house.administrator).get(TwinView, `/twins/${id}`);
/** The twin as it was folded, however old it is by now. */
async function presentOf(device: string) {
  const [twin] = await query<{ gateway: string; link: string; state: string; version: string; heard_at: Date }>(
    house.databaseUrl,
    `select gateway_id as gateway, device_link as link, operating_state as state, version, heard_at from twin
     where device_id = $1`,
    [device],
  );
  return twin;
}
const discoveredAt = async (gateway: string) =>
  (await house.administrator.get(DiscoveredDevices, "/devices/discovered")).devices.filter(
    ({ place }) => place.gateway === gateway,
  );

/** When the device answered or was asked in vain, in the order in which its history has it. */
async function historyOf(device: string): Promise<number[]> {
  const readings = await chunkReadings(house.databaseUrl, { devices: [device] });
  const counted = await query<{ counted: number }>(
    house.databaseUrl,
    "select coalesce(sum(count), 0)::int as counted from telemetry.minute join device on num = minute.device where id = $1",
    [device],
  );
  expect(counted).toEqual([{ counted: readings.length }]);
  return readings
    .filter(({ metric }) => metric === "operatingState")
    .map(({ atMs }) => atMs)
    .toSorted((a, b) => a - b);
}

const scan = (device: string, gateway: string) =>
  house.administrator.ask("POST", "/sightings", {
    device,
    place: { gateway, line: "line-1", unit: "1" },
    source: "scan",
  });

test("a device that is carried to another ward is that gateway's once the first hears it no more, with all that was held; what comes late from the first corrects its history alone", async () => {
  const [device, serial] = ["move-a-vent", serialOf("move-a")];
  const [a, b] = [await Ward.open("move-a"), await Ward.open("move-b")];
  const listener = await connect(house.mqttUrl, ownOf("move-a"), `${SITE}:move-a:listener`);
  onTestFinished(() => void listener.end(true));
  const shadow = `$aws/things/${device}/shadow/name/config`;
  const heardByA: string[] = [];
  listener.on("message", (topic) => heardByA.push(topic));
  await listener.subscribeAsync(`${shadow}/update/documents`, { qos: 1 });

  const atA = await a.hears(serial, { agoS: 60 }, { agoS: 20 });
  const atB = await b.hears(serial, { agoS: 10 }, { agoS: 8 });
  expect(await historyOf(device)).toEqual(atA);
  expect(await b.reports(serial, { forMs: 10_000 })).toBe("held");
  expect((await twinOf(device)).connectivity.gateway.id).toBe("move-a");
  expect(await discoveredAt("move-b")).toMatchObject([
    { serial, profile: "puritan-bennett/840", device, boundTo: "move-a", standing: "elsewhere" },
  ]);

  const silence = await a.hears(serial, { agoS: 6, answers: false });
  expect(await b.reports(serial, { forMs: 10_000 })).toBe("bound");
  expect(await historyOf(device)).toEqual([...atA, ...atB, ...silence]);
  expect(await discoveredAt("move-b")).toEqual([]);
  const moved = await presentOf(device);
  expect(moved).toMatchObject({ gateway: "move-b", link: "connected", state: "standby" });

  // From the first gateway's outbox, of the time when the device was there, and of the time since.
  const late = await a.hears(serial, { agoS: 40, state: "in-use" });
  await a.hears(serial, { agoS: 1, answers: false });
  expect(await historyOf(device)).toEqual([...atA, ...atB, ...silence, ...late].toSorted((one, other) => one - other));
  expect(await presentOf(device)).toEqual(moved);
  const next = await b.hears(serial, { agoS: 0 });
  expect((await historyOf(device)).at(-1)).toBe(next[0]);

  // The broker's rules have moved with it, and what the first listened to is at an end.
  await expect(listener.subscribeAsync(`${shadow}/update/accepted`, { qos: 1 })).rejects.toThrow();
  const owner = await connect(house.mqttUrl, ownOf("move-b"), `${SITE}:move-b:owner`);
  onTestFinished(() => void owner.end(true));
  const heardByB: string[] = [];
  owner.on("message", (topic) => heardByB.push(topic));
  await owner.subscribeAsync(`${shadow}/update/documents`, { qos: 1 });
  await owner.publishAsync(`${shadow}/update`, JSON.stringify({ state: { reported: { pollS: 2 } } }), { qos: 1 });
  await eventually("the new gateway to hear of the shadow", () => heardByB.length > 0);
  await a.hears(serialOf("move-a"), { agoS: 0, answers: false });
  expect(heardByA).toEqual([]);
});

test("a device in use does not move by one report, and by a second one it does", async () => {
  const [device, serial] = ["use-a-vent", serialOf("use-a")];
  const [a, b] = [await Ward.open("use-a"), await Ward.open("use-b")];
  const atA = await a.hears(serial, { agoS: 30, state: "in-use" }, { agoS: 20, answers: false });
  const [first] = await b.hears(serial, { agoS: 5, state: "in-use" });
  expect(await b.reports(serial, { operatingState: "in-use", forMs: 15_000 })).toBe("held");
  expect(await b.reports(serial, { operatingState: "in-use", forMs: 15_000 })).toBe("held");
  expect(await historyOf(device)).toEqual(atA);
  await query(
    house.databaseUrl,
    "update device_sighting set reported_at = reported_at - interval '5 s' where device_id = $1",
    [device],
  );
  expect(await b.reports(serial, { operatingState: "in-use", forMs: 15_000 })).toBe("bound");
  expect(await historyOf(device)).toEqual([...atA, first]);
  expect(await presentOf(device)).toMatchObject({ gateway: "use-b", link: "connected", state: "in-use" });

  // And back again by a person's word, though the gateway hears it still.
  expect((await scan(device, "use-a")).status).toBe(200);
  expect(await b.reports(serial, { operatingState: "in-use", forMs: 15_000 })).toBe("held");
  expect(await a.reports(serial)).toBe("bound");
});

test("two that answer under one number are a conflict: neither enters the history, neither is ready, and a scan ends it", async () => {
  const [device, serial] = ["two-a-vent", serialOf("two-a")];
  const [a, b] = [await Ward.open("two-a"), await Ward.open("two-b")];
  const before = await a.hears(serial, { agoS: 40 }, { agoS: 2 });
  const atB = await b.hears(serial, { agoS: 30 }, { agoS: 1 });
  expect(await b.reports(serial, { forMs: 30_000 })).toBe("conflict");
  await a.hears(serial, { agoS: 0 });
  expect(await historyOf(device)).toEqual(before);
  expect([await a.reports(serial, { forMs: 40_000 }), await b.reports(serial, { forMs: 30_000 })]).toEqual([
    "conflict",
    "conflict",
  ]);
  const twin = await twinOf(device);
  expect(twin.readiness.availability).toBe("unknown");
  expect(twin.readiness.holds).toContainEqual(
    expect.objectContaining({ kind: "identity", reason: "conflict", word: serial, liftedBy: "any" }),
  );
  expect(twin.identity.conflict?.places.map(({ gateway }) => gateway)).toEqual(["two-a", "two-b"]);
  const { notices } = await house.administrator.get(WardMap, "/wards");
  expect(notices.find(({ cause }) => cause === "identity")?.devices).toBeGreaterThan(0);

  expect((await scan(device, "two-b")).status).toBe(200);
  expect(await historyOf(device)).toEqual([...before, ...atB].toSorted((one, other) => one - other));
  expect([await a.reports(serial, { forMs: 50_000 }), await b.reports(serial, { forMs: 40_000 })]).toEqual([
    "held",
    "bound",
  ]);
  expect(await discoveredAt("two-a")).toMatchObject([{ serial, device, standing: "overruled", boundTo: "two-b" }]);
  await a.hears(serial, { agoS: 0 });
  await b.hears(serial, { agoS: 0 });
  const settled = await twinOf(device);
  expect([settled.identity.conflict, settled.connectivity.gateway.id]).toEqual([null, "two-b"]);
  expect(await historyOf(device)).toHaveLength(before.length + atB.length + 1);
});

test("a device that nobody registered is listed as discovered, and what it said is its own once it is registered", async () => {
  const [device, serial] = ["vent-of-tomorrow", "SN-TOMORROW"];
  const a = await Ward.open("new-a");
  const told = await a.hears(serial, { agoS: 300 }, { agoS: 30 });
  expect(await a.reports(serial, { model: "840", manufacturer: "Puritan Bennett", agoMs: 1_000 })).toBe("unregistered");
  const [found, ...others] = await discoveredAt("new-a");
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    place: { gateway: "new-a", line: "line-1", unit: "1" },
    manufacturer: "Puritan Bennett",
    model: "840",
    serial,
    device: null,
    standing: "unregistered",
    firstAt: new Date(told[0] ?? 0).toISOString(),
  });
  expect(Date.parse(found?.lastAt ?? "")).toBeGreaterThan(told[1] ?? 0);

  const registry = smallRegistry(SITE, false, GATEWAYS);
  const added = { ...registry.devices[0], id: device, serial };
  const { status } = await house.administrator.ask("POST", "/registry/import", {
    ...registry,
    devices: [added],
    bindings: [],
  });
  expect(status).toBe(200);
  expect(await historyOf(device)).toEqual(told);
  expect(await discoveredAt("new-a")).toEqual([]);
  const now = await a.hears(serial, { agoS: 0 });
  expect(await a.reports(serial)).toBe("bound");
  expect(await historyOf(device)).toEqual([...told, ...now]);
  // It is that gateway's now, and another one has to wait for it.
  const b = await Ward.open("new-b");
  await b.hears(serial, { agoS: 0 });
  expect(await b.reports(serial, { forMs: 0 })).toBe("held");
  expect(await historyOf(device)).toEqual([...told, ...now]);
});

test("a gateway's report on another's topic is heard by nobody", async () => {
  const mqtt = await connect(house.mqttUrl, ownOf("move-a"), `${SITE}:move-a:liar`);
  onTestFinished(() => void mqtt.end(true));
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  mqtt.publish(`wardtwin/v1/${SITE}/move-b/sighting`, JSON.stringify({ devices: [] }), { qos: 1 });
  await closed;
});
