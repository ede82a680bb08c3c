/** What is killed comes back, nothing is lost or doubled, and nothing is left behind. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { TwinView } from "@wardtwin/cloud-api/device-twin/schema";
import { isAlive } from "@wardtwin/prisma/embedded/system-process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, signedIn } from "../support/api.ts";
import { databaseUrlOf, query } from "../support/database.ts";
import { type EventStream, openEventStream } from "../support/event-stream.ts";
import { eventually } from "../support/eventually.ts";
import { childOf, END_WITHIN_MS, gone, type House, postgresOf, postmasterOf, startHouse } from "../support/house.ts";
import { chunkReadings, countsByDevice, epochAccounts } from "../support/ledger.ts";
import { refused } from "../support/refused.ts";
import { SimulatedHospital } from "../support/simulated-hospital.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const dataDir = temporaryFolder();
let house: House;
let hospital: SimulatedHospital;
let engineer: Api;

async function open(args: string[] = []): Promise<void> {
  const startedMs = performance.now();
  house = await startHouse({ dataDir, args });
  console.info(`READY after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s ${args.join(" ")}`);
  hospital = new SimulatedHospital(dataDir);
  engineer = await signedIn(house.is, "biomedical-engineer");
}

beforeAll(() => open(), 120_000);
afterAll(async () => {
  await house?.stop();
  removeFolder(dataDir);
});

const rateOf = (twin: TwinView) => twin.metrics.find(({ metric }) => metric === "respiratoryRatePerMin")?.value;

/** Pins a breath rate and waits until the stream of an open page shows it. */
async function showsLiveValue(stream: EventStream, id: string, rate: number): Promise<void> {
  await hospital.pin(id, { respiratoryRatePerMin: rate });
  const live = (twin: TwinView) => twin.id === id && rateOf(twin) === rate && twin.readiness.availability === "in-use";
  await stream.first("twin", TwinView, live, { withinMs: 30_000 });
}

async function seesLiveValue(id: string, rate: number): Promise<void> {
  const stream = await openEventStream(engineer, `twin:${id}`);
  await showsLiveValue(stream, id, rate);
  stream.close();
}

/** Each epoch is one unbroken range from 1, and what the ranges say is what the store holds, once. */
async function booksAreWhole(): Promise<void> {
  const url = databaseUrlOf(dataDir);
  const accounts = await eventually("every epoch to be one unbroken range", async () => {
    const now = await epochAccounts(url);
    return now.length >= 2 && now.every(({ committed }) => committed.length === 1) && now;
  });
  for (const { committed, setAside, sequences, doubled } of accounts) {
    const [from, to] = committed[0] ?? [0, 0];
    expect({ from, setAside, sequences, doubled }).toEqual({ from: 1, setAside: 0, sequences: to, doubled: 0 });
  }
  const counts = await countsByDevice(url);
  expect(counts.size).toBeGreaterThanOrEqual(24);
  for (const [device, { chunks, minutes }] of counts)
    expect({ device, readings: minutes }).toEqual({ device, readings: chunks });
}

test("a killed PostgreSQL is replaced: values flow again, and no reading is lost or doubled", {
  timeout: 90_000,
}, async () => {
  const id = "vent-01";
  await hospital.hold(id, "in-use");
  const stream = await openEventStream(engineer, `twin:${id}`);
  await showsLiveValue(stream, id, 41);
  const sinceMs = (await hospital.said(id)).at(-1)?.atMs ?? 0;
  const before = postmasterOf(dataDir);
  const killedMs = performance.now();
  process.kill(before, "SIGKILL");
  await eventually("another postmaster", () => postmasterOf(dataDir) !== before && postgresOf(dataDir).length > 0);
  await showsLiveValue(stream, id, 43);
  stream.close();
  console.info(`live values again ${Math.round(performance.now() - killedMs)} ms after PostgreSQL was killed`);
  await booksAreWhole();
  // The witness outside: whatever the ventilator said is one state in the store.
  // A quick recovery leaves fewer than three answers to compare, so the next ones are waited for.
  const said = await eventually("three answers since the kill", async () => {
    const whole = (await hospital.said(id)).filter((answer) => answer.whole && answer.atMs > sinceMs);
    return whole.length > 2 && whole;
  });
  const untilMs = said.at(-1)?.atMs ?? 0;
  await eventually("the last of the answers to be stored", async () => {
    const states = (await chunkReadings(databaseUrlOf(dataDir))).filter(
      ({ device, metric }) => device === id && metric === "operatingState",
    );
    // A reading is stamped with its last byte, which comes after the answer was begun.
    const lag = states.filter(({ atMs }) => atMs > sinceMs + ANSWER_MS_MAX && atMs <= untilMs + ANSWER_MS_MAX);
    return lag.length === said.length;
  });
});

/** A report of 1,244 characters at the simulators' line rate, with room. */
const ANSWER_MS_MAX = 1_900;

test("a killed gateway takes its devices into the unknown, and is started again", { timeout: 90_000 }, async () => {
  const id = "vent-08";
  const gateway = "gw-south";
  await eventually(
    `${id} to be live`,
    async () => (await engineer.get(TwinView, `/twins/${id}`)).connectivity.device.state === "connected",
  );
  const stream = await openEventStream(engineer, `twin:${id}`);
  await stream.first("twin", TwinView, ({ connectivity }) => connectivity.gateway.state === "online", { sinceMs: 0 });
  const before = childOf(dataDir, gateway);
  const killedMs = performance.now();
  process.kill(before, "SIGKILL");
  const { data: lost, atMs: lostMs } = await stream.first(
    "twin",
    TwinView,
    ({ connectivity }) => connectivity.gateway.state !== "online",
    { sinceMs: killedMs },
  );
  expect(lost.facts.operating.word).toBe("unknown");
  expect(["to-verify", "unknown", "blocked"]).toContain(lost.readiness.availability);
  const { atMs: backMs } = await stream.first(
    "twin",
    TwinView,
    ({ connectivity, facts }) => connectivity.gateway.state === "online" && facts.operating.word !== "unknown",
    { sinceMs: lostMs, withinMs: 60_000 },
  );
  stream.close();
  expect(childOf(dataDir, gateway)).not.toBe(before);
  console.info(
    `gateway killed: offline in the stream after ${Math.round(lostMs - killedMs)} ms, its twin live again after ${Math.round(backMs - killedMs)} ms`,
  );
  await booksAreWhole();
});

test("a killed cloud is started again on the same port, and the sign-in still holds", { timeout: 90_000 }, async () => {
  const before = childOf(dataDir, "cloud-api");
  const killedMs = performance.now();
  process.kill(before, "SIGKILL");
  await eventually(
    "the API to answer again",
    async () => (await engineer.ask("GET", "/session")).status === 200,
    40_000,
  );
  await seesLiveValue("vent-01", 37);
  console.info(`live values again ${Math.round(performance.now() - killedMs)} ms after the cloud was killed`);
  expect(childOf(dataDir, "cloud-api")).not.toBe(before);
  await booksAreWhole();
});

/** Every user, and every reading: what a second start must find. */
async function memory() {
  const url = databaseUrlOf(dataDir);
  const users = await query<{ id: string; email: string }>(url, "select id, email from user_account order by email");
  const readings = await chunkReadings(url);
  return { users, passwords: house.is.users, chunks: new Set(readings.map((reading) => JSON.stringify(reading))) };
}

test("Ctrl-C ends every process within 10 s, and the next start finds everybody and everything", {
  timeout: 120_000,
}, async () => {
  const before = await memory();
  expect(before.chunks.size).toBeGreaterThan(50);
  const pids = house.processes();
  expect(pids.length).toBeGreaterThanOrEqual(6);
  const endedMs = performance.now();
  expect(await house.stop()).toEqual([]);
  const tookMs = performance.now() - endedMs;
  console.info(`Ctrl-C ended ${pids.length} processes in ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(END_WITHIN_MS);
  expect((await house.ended()).code).toBe(130);
  expect(pids.filter(isAlive)).toEqual([]);
  await open();
  const { chunks, ...people } = await memory();
  expect(people).toEqual({ users: before.users, passwords: before.passwords });
  expect(before.chunks.difference(chunks)).toEqual(new Set());
  await hospital.hold("vent-01", "in-use");
  await seesLiveValue("vent-01", 29);
  await booksAreWhole();
});

test("a second launcher on the same data folder is refused in one sentence", async () => {
  const { code, sentence } = await refused({ dataDir });
  expect(sentence).toContain(`already runs on the data folder ${dataDir}`);
  expect(code).toBe(78);
  expect(house.processes().length).toBeGreaterThanOrEqual(6);
});

test("Ctrl-C twice ends everything at once", { timeout: 60_000 }, async () => {
  const pids = house.processes();
  // A frozen cloud cannot end when it is asked: only the second press can end it before the first one's grace is over.
  process.kill(childOf(dataDir, "cloud-api/src/main"), "SIGSTOP");
  house.signal("SIGINT");
  // Closer together than half a second is one key press that npm has passed on twice.
  await sleep(600);
  house.signal("SIGINT");
  // The graceful end of a frozen cloud takes twice as long and more.
  await gone(pids, 2_000);
  await house.ended();
});

test("what a killed launcher left behind is gone once the next start is up, and --fresh forgets the data", {
  timeout: 120_000,
}, async () => {
  await open();
  const left = house.processes();
  house.signal("SIGKILL");
  await house.ended();
  const users = house.is.users;
  await open(["--fresh"]);
  expect(left.filter(isAlive)).toEqual([]);
  expect(house.is.users.map(({ email }) => email)).toEqual(users.map(({ email }) => email));
  for (const { password } of users) expect(house.is.users.map((user) => user.password)).not.toContain(password);
  const [row] = await query<{ young: boolean }>(
    databaseUrlOf(dataDir),
    "select min(created_at) > now() - interval '1 minute' as young from user_account",
  );
  expect(row?.young).toBe(true);
  const stopping = house.processes();
  expect(await house.stop()).toEqual([]);
  expect(stopping.filter(isAlive)).toEqual([]);
  expect(existsSync(dataDir)).toBe(true);
});
