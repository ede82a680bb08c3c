import { afterEach, expect, test } from "vitest";
import { hasSocat, ptyPair } from "../test-line.ts";
import { COMMAND, DATA_COMMANDS, NAK } from "./command.ts";
import { exchange } from "./exchanges.fixture.ts";
import { encodeFrame } from "./frame.ts";
import { Host, optionsOf, overTcp } from "./host.fixture.ts";
import { MedibusPort } from "./medibus-port.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test("the session of the sheet is held byte for byte, from ICC to stop, and no serial number is ever said", async () => {
  const { host, dial, refused, device } = await overTcp(closers);
  const second = await dial();
  second.answers = false;
  host.send(exchange("A host"));
  await host.next("response", COMMAND.initialise);
  await host.next("command", COMMAND.identify);
  expect(Buffer.concat(host.raw)).toEqual(Buffer.concat([exchange("A device"), exchange("B host")]));
  for (const [asked, told] of [
    ["B host", "B device"],
    ["F host", "F device"],
    ["E host", "E-calm device"],
  ] as const) {
    host.raw.length = 0;
    host.send(exchange(asked));
    await host.next("response");
    expect(Buffer.concat(host.raw)).toEqual(exchange(told));
  }
  host.send(exchange("C host"));
  expect((await host.next("response", COMMAND.measured1)).data).toMatch(/^7D[ 0-9.]{4}78[ 0-9.]{4}D6/);
  host.send(exchange("D host"));
  expect((await host.next("response", COMMAND.settings)).data).toMatch(/^01[ 0-9.]{5}0B[ 0-9.]{5}09/);
  for (const code of DATA_COMMANDS) await host.ask(code);
  host.send(exchange("J host"));
  await host.next("response", COMMAND.stop);
  host.send(exchange("C host"));
  expect(await host.untilQuiet()).toEqual([]);
  expect(refused.read()).toEqual({ controlCount: 0, brokenCount: 0, latest: [] });
  await second.next("response", COMMAND.stop);
  const said = Buffer.concat(second.raw);
  expect(said.subarray(0, 10)).toEqual(Buffer.concat([exchange("A device"), exchange("B host")]));
  expect(said.toString("latin1")).toContain("Evita V500");
  expect(said.toString("latin1")).not.toContain(device.entry.serial);
  expect(device.said.items().map(({ request, whole }) => [request, whole])).toContainEqual(["24H", true]);
});

test("without a session it answers nothing but ICC; a corrupt frame in a session earns the sheet's NAK", async () => {
  const { host, refused } = await overTcp(closers);
  host.send(Buffer.concat([exchange("C host"), exchange("F host"), Buffer.from("\x1b$3G\r")]));
  expect(await host.untilQuiet()).toEqual([]);
  await host.initialise();
  host.raw.length = 0;
  host.send(Buffer.from("\x1b$3G\r"));
  await host.next("response", NAK);
  expect(Buffer.concat(host.raw)).toEqual(exchange("I device"));
  expect(refused.read()).toMatchObject({ controlCount: 0, brokenCount: 2 });
});

test("after three seconds of a silent host it calls for a new one, and is answered into a session", async () => {
  const { host, wound } = await overTcp(closers);
  await host.initialise();
  await host.ask(COMMAND.measured1);
  host.answers = false;
  wound.aheadMs += 3100;
  await host.next("command", COMMAND.initialise);
  host.send(exchange("C host"));
  expect(await host.untilQuiet()).toEqual([]);
  host.answers = true;
  host.send(encodeFrame("response", COMMAND.initialise));
  await host.next("command", COMMAND.identify);
  expect(await host.ask(COMMAND.measured1)).not.toBe("");
});

test("with nothing to say for two seconds it says that it is there; a host that never answers it is let go", async () => {
  const { host, wound } = await overTcp(closers);
  await host.initialise();
  wound.aheadMs += 2100;
  await host.next("command", COMMAND.keepAlive);
  host.answers = false;
  wound.aheadMs += 2100;
  await host.next("command", COMMAND.keepAlive);
  wound.aheadMs += 1500;
  await host.ask(COMMAND.keepAlive);
  wound.aheadMs += 1600;
  await host.next("command", COMMAND.initialise);
});

test("whatever is said beside reading has no effect on the device, is echoed plainly, counted and shown", async () => {
  const { host, device, wire } = await overTcp(closers);
  await host.initialise();
  const before = device.body.gauges.snapshot();
  for (const [code, argument] of [
    [0x4a, "2427292A"],
    [0x7a, ""],
    [0x49, ""],
    [0x6c, ""],
    [COMMAND.measured1, "7D78"],
    [COMMAND.configureRealtime, "00010101"],
  ] as const) {
    expect(await host.ask(code, argument)).toBe("");
  }
  host.send(exchange("H-enable host"));
  device.faults.merge({ silent: true });
  host.send(encodeFrame("command", 0x4a, "24"));
  await host.untilQuiet();
  device.body.duty.hold("off");
  host.send(Buffer.concat([encodeFrame("command", 0x54, "0001"), encodeFrame("response", 0x24), Buffer.from("\x13?")]));
  await host.untilQuiet();
  expect(device.body.gauges.snapshot()).toEqual(before);
  const refused = wire.refused?.();
  expect(refused?.latest.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "control 4AH 2427292A",
    "control 7AH",
    "control 49H",
    "control 6CH",
    "control 24H 7D78",
    "control 54H 00010101",
    "control fast D0 C1 C3 C0 C0",
    "control 4AH 24",
    "control 54H 0001",
    "control response 24H",
    "control suspend",
    "broken noise 3F",
  ]);
  expect(refused).toMatchObject({ controlCount: 11, brokenCount: 1 });
});

test("realtime bytes come once they are configured and turned on, between frames that stay whole, until it changes", async () => {
  const { host, device } = await overTcp(closers);
  // A line as slow as the device's own, so that frames take long enough for cycles to fall into them.
  device.faults.merge({ baudRate: null });
  await host.initialise();
  expect(await host.ask(COMMAND.realtimeConfiguration)).toMatch(/^00 {3}20000 {2}-20 {2}100FFF01/);
  await host.ask(COMMAND.configureRealtime, "00010101");
  expect(await host.untilQuiet()).toEqual([]);
  host.send(exchange("H-enable host"));
  while (host.fast.length < 100) expect(await host.ask(COMMAND.measured1)).toMatch(/^7D/);
  const text = Buffer.concat(host.raw).toString("latin1");
  expect(text).toMatch(/[ -~][\x80-\xff]+[ -~]/);
  const cycles = Buffer.from(host.fast)
    .toString("latin1")
    .split(/(?=[\xd0-\xdf])/)
    .slice(0, -1);
  for (const cycle of cycles) expect(cycle).toMatch(/^\xd3(\xc6[\xc0\xc1])?[\x80-\xbf]{4}$/);
  device.faults.merge({ configurationChanged: true });
  await host.next("command", COMMAND.realtimeChanged);
  // A line on which realtime bytes went on would never be quiet.
  expect((await host.untilQuiet()).filter(({ kind }) => kind === "broken")).toEqual([]);
});

test("realtime bytes end with the session, and are not there again in the next", async () => {
  const { host, wound } = await overTcp(closers);
  await host.initialise();
  await host.ask(COMMAND.configureRealtime, "0001");
  host.send(exchange("H-enable host"));
  while (host.fast.length < 10) await host.ask(COMMAND.keepAlive);
  wound.aheadMs += 3100;
  await host.next("command", COMMAND.initialise);
  await host.next("command", COMMAND.identify);
  expect((await host.untilQuiet()).filter(({ kind }) => kind !== "command")).toEqual([]);
  expect(await host.ask(COMMAND.measured1)).toMatch(/^7D/);
});

test.skipIf(!hasSocat)("a session over a pty, realtime bytes and all (needs socat)", async () => {
  const [near, gateway] = await ptyPair(closers);
  const port = new MedibusPort(optionsOf("apollo"));
  closers.push(() => port.close());
  port.attach(near);
  const host = new Host(gateway);
  await host.initialise();
  expect(await host.ask(COMMAND.identify)).toBe("8037'Apollo'04.53:04.03");
  await host.ask(COMMAND.configureRealtime, "0001");
  host.send(exchange("H-enable host"));
  while (host.fast.length < 30) expect(await host.ask(COMMAND.measured1)).toMatch(/^7D/);
});
