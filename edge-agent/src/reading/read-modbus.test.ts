import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import type { ModbusRead } from "@wardtwin/device-profiles/codec/modbus-reads";
import type { ModbusProfile } from "@wardtwin/device-profiles/profile/modbus";
import { afterEach, expect, test } from "vitest";
import { ModbusLink } from "../link/modbus-link.ts";
import { modbusTcp } from "../link/modbus-tcp-master.ts";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { modbusReader } from "./read-modbus.ts";

const TABLES: Readonly<Record<number, ModbusRead["table"]>> = { 2: "discrete-input", 4: "input-register" };
const links: ModbusLink[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

/**
 * A unit over Modbus TCP, written by hand, that has the map of the profile save some addresses; it answers exception 02
 * where a request touches one of them, and its registers hold their own address, except for the layout's.
 */
async function startUnit(missing: (table: ModbusRead["table"], address: number) => boolean) {
  const asked: string[] = [];
  const behaviour = { silent: false };
  const peer = await startPeer((socket, request) => {
    const [table, address, count] = [TABLES[request[7] ?? 0], request.readUInt16BE(8), request.readUInt16BE(10)];
    if (table === undefined || behaviour.silent) return;
    asked.push(`${table} ${address}+${count}`);
    const addresses = Array.from({ length: count }, (_, at) => address + at);
    const bytes = table === "input-register" ? 2 * count : Math.ceil(count / 8);
    const pdu = Buffer.alloc(2 + bytes);
    pdu.set([request[7] ?? 0, bytes]);
    if (table === "input-register") addresses.forEach((each, at) => void pdu.writeUInt16BE(each || 0x0100, 2 + 2 * at));
    const said = addresses.some((each) => missing(table, each)) ? Buffer.from([0x80 | (request[7] ?? 0), 2]) : pdu;
    socket.write(Buffer.concat([request.subarray(0, 4), Buffer.from([0, said.length + 1, request[6] ?? 0]), said]));
  });
  peers.push(peer);
  return { peer, behaviour, take: () => asked.splice(0) };
}

const quick: ModbusProfile = {
  ...defibReady,
  polls: { status: { everyMs: 5_000, staleAfterMs: 15_000, replyMs: 300 } },
};

async function readerOf(missing: Parameters<typeof startUnit>[0]) {
  const unit = await startUnit(missing);
  const clock = { nowMs: 0 };
  const link = new ModbusLink(modbusTcp("127.0.0.1", unit.peer.port), () => clock.nowMs);
  links.push(link);
  const reader = modbusReader(link, quick, () => clock.nowMs);
  const read = async () => {
    const result = await reader.read("17", "status");
    if (!result.ok) throw new Error(result.fault);
    return new Map(result.value.readings.map((reading) => [reading.metric, reading]));
  };
  return { ...unit, link, reader, clock, read };
}
const INPUTS = "discrete-input 0+9";
const WHOLE = [INPUTS, "input-register 0+16"];
/** Nobody wants register 15 but for the state's sake, so that it stands alone behind the hole at 8 and 9. */
const hole = (table: string, address: number) => table === "input-register" && (address === 8 || address === 9);

test("a map without a hole is read in the requests of its profile", async () => {
  const { read, take } = await readerOf(() => false);
  expect((await read()).get("batteryCycleCount")).toMatchObject({ value: 9, quality: "good" });
  expect(take()).toEqual(WHOLE);
});

test("across a hole that no profile declares everything else is read, and what lies in it is blank", async () => {
  const { read } = await readerOf(hole);
  const readings = await read();
  expect(readings.get("batteryHealthPct")).toEqual({ metric: "batteryHealthPct", value: null, quality: "good" });
  expect(readings.get("batteryCycleCount")).toEqual({ metric: "batteryCycleCount", value: null, quality: "good" });
  expect(readings.get("batteryChargePct")).toMatchObject({ value: 7, quality: "good" });
  expect(readings.get("batteryAgeMonths")).toMatchObject({ value: 10, quality: "good" });
  expect(readings.size).toBe(Object.keys(defibReady.metrics).length);
});

test("the next poll asks for what exists and for nothing else", async () => {
  const { read, take } = await readerOf(hole);
  await read();
  expect(take().length).toBeGreaterThan(4);
  const readings = await read();
  expect(take()).toEqual([INPUTS, "input-register 0+8", "input-register 10+6"]);
  expect(readings.get("padsImpedanceOhm")).toMatchObject({ value: 12 });
});

test("after an hour, a new connection or a silence the whole map is asked for again", async () => {
  const { read, take, clock, link, reader, behaviour } = await readerOf(hole);
  const asksAnew = async () => {
    await read();
    return take().includes("input-register 0+16");
  };
  expect([await asksAnew(), await asksAnew()]).toEqual([true, false]);
  clock.nowMs += 3_600_000;
  expect([await asksAnew(), await asksAnew()]).toEqual([true, false]);
  link.close();
  expect([await asksAnew(), await asksAnew()]).toEqual([true, false]);
  behaviour.silent = true;
  expect(await reader.read("17", "status")).toEqual({ ok: false, fault: "link.timeout" });
  behaviour.silent = false;
  expect([await asksAnew(), await asksAnew()]).toEqual([true, false]);
});

test("a device that refuses all while it wakes up is asked for its whole map again", async () => {
  const waking = { up: false };
  const { reader, take } = await readerOf(() => !waking.up);
  expect(await reader.read("17", "status")).toEqual({ ok: false, fault: "codec.layout" });
  waking.up = true;
  take();
  expect(await reader.read("17", "status")).toMatchObject({ ok: true });
  expect(take()).toEqual(WHOLE);
});

test("a device that does not even have the layout is not read as one of its kind", async () => {
  const { reader } = await readerOf((table, address) => table === "input-register" && address === 0);
  expect(await reader.read("17", "status")).toEqual({ ok: false, fault: "codec.layout" });
});
