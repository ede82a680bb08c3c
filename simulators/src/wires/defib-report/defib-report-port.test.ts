import { afterEach, expect, test } from "vitest";
import { type Clock, wallClock } from "../../clock.ts";
import { Defibrillator } from "../../devices/defibrillator.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import { RefusalLog } from "../refusal-log.ts";
import { serialWire } from "../serial-wire.ts";
import { type Closers, dial, hasSocat, ptyPair, readUntil, untilQuiet } from "../test-line.ts";
import { DefibReportPort } from "./defib-report-port.ts";
import { LineReader } from "./frame.ts";

const NOON_MS = Date.UTC(2026, 10, 22, 12);
const clock: Clock = { nowMs: () => NOON_MS, monotonicMs: () => performance.now() };
const ASK = "\x02RPT?|479A\x03\r\n";
const ACK = "\x06";

const closers: Closers = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function reportPort(repeatEveryMs = 60_000) {
  const duty = { inUseShare: 0, inUseMeanH: 1 };
  const device: SimulatedDevice<Defibrillator> = {
    entry: {
      id: "serial-defib-01",
      kind: "defibrillator",
      manufacturer: "Wardtwin Synthetic",
      model: "DFX-200",
      serial: "SN00112345",
      firmware: "2.01",
      assetNumber: "SGH-R0001",
      ward: "medical",
      profile: "wardtwin-synthetic/defib-ready-1-serial",
    },
    body: new Defibrillator(duty, createRandom(1), NOON_MS, wallClock("Europe/Berlin")),
    faults: new FaultBoard("defib-report"),
    said: createRing<Said>(16),
  };
  const refused = new RefusalLog();
  const port = new DefibReportPort({ device, clock, random: createRandom(2), refused, repeatEveryMs });
  closers.push(() => port.close());
  /** A test that a person starts and lets finish. */
  const testByHand = (): void => {
    device.body.duty.hold("self-test");
    device.body.step(0, NOON_MS);
    device.body.duty.hold(null);
    device.body.step(0, NOON_MS);
  };
  return { device, port, refused, testByHand };
}

async function overTcp(repeatEveryMs?: number) {
  const parts = reportPort(repeatEveryMs);
  const wire = serialWire(new PortPool(process.pid + 5500), parts.port, parts.refused);
  const { url } = await wire.open();
  closers.push(() => wire.close());
  const socket = await dial(url, closers);
  const report = () => readUntil(socket, isWhole);
  const ask = (): Promise<Buffer> => {
    socket.write(ASK);
    return report();
  };
  return { ...parts, wire, url, socket, report, ask };
}

const payloads = (bytes: Buffer): string[] =>
  new LineReader().read(bytes).flatMap((heard) => (heard.kind === "line" ? [heard.text] : []));
const isEnd = (line: string): boolean => line.startsWith("END");
/** Its last byte included, so that the next report begins with its first. */
const isWhole = (bytes: Buffer): boolean => bytes.at(-1) === 0x0a && payloads(bytes).some(isEnd);
const seqOf = (bytes: Buffer): number => Number(payloads(bytes)[0]?.split(",")[1]);

test("asked, it tells its last self-test in six lines with its serial number, as often as it is asked", async () => {
  const { ask, device, socket, refused } = await overTcp();
  const first = await ask();
  const lines = payloads(first);
  expect(lines.map((line) => line.split(",")[0])).toEqual(["HDR", "TST", "TST", "TST", "TST", "END"]);
  expect(lines[0]).toMatch(/^HDR,\d+,DFX-200,SN00112345,2\.01,2026-11-22T01:\d\d:00Z,SCHEDULED$/);
  expect(lines[1]).toBe(`TST,ENERGY,200,${device.body.gauges.read("testEnergyDeliveredJ").toFixed(1)},J,PASS`);
  expect(lines[5]).toBe("END,PASS,5");
  expect(first.toString("latin1")).toMatch(/^(\S+\r\n){6}$/);
  socket.write(ACK);
  expect((await ask()).equals(first)).toBe(true);
  expect(refused.read()).toMatchObject({ controlCount: 0, brokenCount: 0 });
  expect(device.said.items().map(({ request, whole }) => [request, whole])).toEqual([
    ["RPT?", true],
    ["RPT?", true],
  ]);
});

test("a self-test is reported unasked, again at once when it is refused, and not again when it is acknowledged", async () => {
  const { testByHand, report, socket, device } = await overTcp();
  testByHand();
  const first = await report();
  expect(payloads(first)[0]).toMatch(/,2026-11-22T12:00:00Z,MANUAL$/);
  socket.write("\x15");
  expect((await report()).equals(first)).toBe(true);
  socket.write(ACK);
  expect(await untilQuiet(socket)).toHaveLength(0);
  expect(new Set(device.said.items().map(({ request }) => request))).toEqual(new Set(["unasked"]));
});

test("a report is repeated three times, and what nobody acknowledged is kept, and told oldest first when the host asks", async () => {
  const { testByHand, report, ask, socket } = await overTcp(10);
  const seqs: number[] = [];
  for (let tests = 0; tests < 2; tests += 1) {
    testByHand();
    const heard = await readUntil(socket, (bytes) => payloads(bytes).filter(isEnd).length === 4);
    const headers = payloads(heard).filter((line) => line.startsWith("HDR"));
    expect([headers.length, new Set(headers).size]).toEqual([4, 1]);
    seqs.push(seqOf(heard));
  }
  expect(seqs[1]).toBe((seqs[0] ?? 0) + 1);
  expect(seqOf(await ask())).toBe(seqs[0]);
  const second = report();
  socket.write(ACK);
  expect(seqOf(await second)).toBe(seqs[1]);
  socket.write(ACK);
  expect(await untilQuiet(socket)).toHaveLength(0);
});

test("each fault spoils a report in its own way, and is on record", async () => {
  const { socket, device } = await overTcp();
  const spoilt = async (faults: object, calm: object): Promise<Buffer> => {
    expect(device.faults.merge(faults)).toBeNull();
    const quiet = untilQuiet(socket);
    socket.write(ASK);
    const bytes = await quiet;
    device.faults.merge(calm);
    return bytes;
  };
  const miscounted = await spoilt({ wrongCount: true }, { wrongCount: false });
  expect(payloads(miscounted).at(-1)).toBe("END,PASS,7");
  const headless = await spoilt({ missingEnd: true }, { missingEnd: false });
  expect(payloads(headless).map((line) => line.slice(0, 3))).toEqual(["HDR", "TST", "TST", "TST", "TST"]);
  const unsound = await spoilt({ wrongChecksum: true }, { wrongChecksum: false });
  expect([unsound.toString("latin1").split("\r\n").length, payloads(unsound)]).toEqual([7, []]);
  const noise = await spoilt({ garbageReply: true }, { garbageReply: false });
  expect([noise.length > 200, payloads(noise)]).toEqual([true, []]);
  const broken = await spoilt({ truncatedReply: true }, { truncatedReply: false });
  expect([broken.at(0), isWhole(broken)]).toEqual([0x02, false]);
  const other = await spoilt({ otherSerial: "SN00198765" }, { otherSerial: null });
  expect(payloads(other)[0]).toContain(",SN00198765,");
  for (const name of ["ENERGY", "CHARGE", "BATT", "PADS"]) {
    const failed = payloads(await spoilt({ failedTest: name }, { failedTest: null }));
    expect(failed.filter((line) => line.includes("FAIL")).map((line) => line.split(",")[1])).toEqual([name, "FAIL"]);
  }
  expect(device.said.items().map(({ whole }) => whole)).toEqual(Array(10).fill(false));
  const whole = await spoilt({ splitReply: true }, { splitReply: false });
  expect(isWhole(whole)).toBe(true);
});

test("a silent device hears nothing, and one that was off reports the test of its switching on", async () => {
  const { socket, device, report } = await overTcp();
  device.faults.merge({ silent: true });
  const quiet = untilQuiet(socket);
  socket.write(ASK);
  expect(await quiet).toHaveLength(0);
  device.faults.merge({ silent: false });
  device.body.duty.hold("off");
  device.body.step(0, NOON_MS);
  const dark = untilQuiet(socket);
  socket.write(ASK);
  expect(await dark).toHaveLength(0);
  device.body.duty.hold(null);
  device.body.step(0, NOON_MS);
  expect(payloads(await report())[0]).toMatch(/,POWERON$/);
});

test("a slow line brings the report in the end, and late replies come whole", async () => {
  const { ask, device } = await overTcp();
  device.faults.merge({ baudRate: 9600, replyDelayMs: 100 });
  expect(isWhole(await ask())).toBe(true);
});

test("whatever is said beside RPT? has no effect and no answer, and is on record", async () => {
  const { socket, wire, device } = await overTcp();
  const before = device.body.gauges.snapshot();
  const quiet = untilQuiet(socket);
  // CRC-16/CCITT-FALSE of each payload, computed apart from this program.
  socket.write("\x02SHOCK,200|3F06\x03\r\n\x02TEST!|AE47\x03\r\n\x02RPT?|479B\x03\r\n");
  expect(await quiet).toHaveLength(0);
  expect(wire.refused?.()).toMatchObject({ controlCount: 2, brokenCount: 1 });
  expect(wire.refused?.().latest.map(({ text }) => text)).toEqual(["SHOCK,200", "TEST!", "RPT?|479B"]);
  expect(device.body.gauges.snapshot()).toEqual(before);
});

test.skipIf(!hasSocat)("a report is asked for over a pty (needs socat)", async () => {
  const { port } = reportPort();
  const [device, gateway] = await ptyPair(closers);
  port.attach(device);
  gateway.write(ASK);
  const bytes = await readUntil(gateway, isWhole);
  expect(payloads(bytes)).toHaveLength(6);
});
