import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { MADE_UP_PATIENT } from "../../devices/draeger-ventilator.ts";
import { COMMAND } from "./command.ts";
import { exchange } from "./exchanges.fixture.ts";
import { FrameReader } from "./frame.ts";
import { overTcp, QUIET_MS } from "./host.fixture.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test("each fault of a reply spoils it in its own way, and is on record", async () => {
  const { host, device } = await overTcp(closers);
  await host.initialise();
  const spoilt = async (faults: object, calm: object): Promise<Buffer> => {
    expect(device.faults.merge(faults)).toBeNull();
    host.raw.length = 0;
    host.send(exchange("C host"));
    await host.untilQuiet();
    device.faults.merge(calm);
    return Buffer.concat(host.raw);
  };
  const heard = (bytes: Buffer) => new FrameReader().read(bytes).filter(({ kind }) => kind !== "fast");
  const miscounted = await spoilt({ wrongChecksum: true }, { wrongChecksum: false });
  expect([miscounted.at(0), miscounted.at(-1), heard(miscounted).map(({ kind }) => kind)]).toEqual([1, 13, ["broken"]]);
  const endless = await spoilt({ missingCr: true }, { missingCr: false });
  expect([endless.at(0), endless.includes(13), endless.length]).toEqual([1, false, miscounted.length - 1]);
  const cut = await spoilt({ truncatedReply: true }, { truncatedReply: false });
  expect([cut.at(0), cut.includes(13), cut.length < miscounted.length - 1]).toEqual([1, false, true]);
  const noise = await spoilt({ garbageReply: true }, { garbageReply: false });
  expect(noise).toHaveLength(miscounted.length);
  expect(heard(noise).filter(({ kind }) => kind === "response")).toEqual([]);
  const other = await spoilt({ otherReply: true }, { otherReply: false });
  expect(heard(other)).toMatchObject([{ kind: "response", code: COMMAND.lowLimits1 }]);
  const mixed = await spoilt({ injectedRealtime: true }, { injectedRealtime: false });
  expect(heard(mixed)).toMatchObject([{ kind: "response", code: COMMAND.measured1 }]);
  expect(mixed.subarray(1, -1).filter((byte) => byte >= 0x80)).toHaveLength(6);
  const nested = await spoilt({ nestedCommand: true }, { nestedCommand: false });
  expect(heard(nested)).toMatchObject([
    { kind: "command", code: COMMAND.keepAlive },
    { kind: "response", code: COMMAND.measured1 },
  ]);
  const blank = await spoilt({ blankValues: true }, { blankValues: false });
  expect(blank.toString("latin1")).toMatch(/^.\$([0-9A-F]{2} {4}){10,}[0-9A-F]{2}\r$/);
  expect(device.said.items().map(({ whole }) => whole)).toEqual([false, false, false, false, false, true, true, true]);
});

test("a reply may come in single bytes, on a slow line, or late, and is whole all the same", async () => {
  const { host, device } = await overTcp(closers);
  await host.initialise();
  device.faults.merge({ splitReply: true });
  host.raw.length = 0;
  await host.ask(COMMAND.identify);
  expect(host.raw.map(({ length }) => length)).toEqual(
    exchange("B device")
      .toString("latin1")
      .split("")
      .map(() => 1),
  );
  device.faults.merge({ splitReply: false, baudRate: 2400 });
  host.raw.length = 0;
  await host.ask(COMMAND.identify);
  expect(host.raw.length).toBeGreaterThan(5);
  device.faults.merge({ baudRate: 1_000_000, replyDelayMs: 3 * QUIET_MS });
  host.send(exchange("C host"));
  expect(await host.untilQuiet()).toEqual([]);
  expect((await host.next("response", COMMAND.measured1)).data).toMatch(/^7D/);
});

test("a silent, paused, unplugged or dead device says nothing, and a pause ends by itself", async () => {
  const { host, device, wire, dial, wound } = await overTcp(closers);
  await host.initialise();
  const quiet = async (): Promise<void> => {
    host.send(exchange("C host"));
    expect(await host.untilQuiet()).toEqual([]);
  };
  device.faults.merge({ silent: true });
  await quiet();
  device.faults.merge({ silent: false, pauseMs: 2000 });
  await quiet();
  wound.aheadMs += 2000;
  expect(await host.ask(COMMAND.measured1)).toMatch(/^7D/);
  device.body.duty.hold("off");
  await quiet();
  device.body.duty.hold("standby");
  await host.next("command", COMMAND.initialise);
  device.faults.merge({ plugged: false });
  await wire.refresh();
  await expect(dial()).rejects.toThrow();
});

test("a flood of noise never ends while it is on, and leaves a line that can be initialised again", async () => {
  const { host, device } = await overTcp(closers);
  device.faults.merge({ baudRate: null, flood: true });
  const bytes = (): number => host.raw.reduce((sum, { length }) => sum + length, 0);
  while (bytes() < 400) await delay(10);
  device.faults.merge({ flood: false });
  await host.untilQuiet();
  await host.initialise();
  expect(await host.ask(COMMAND.measured1)).toMatch(/^7D/);
});

test("ICC in mid-session, a new time and a new configuration are said once, when they are switched", async () => {
  const { host, device } = await overTcp(closers);
  await host.initialise();
  device.faults.merge({ clockOffsetMin: 60 });
  await host.next("command", COMMAND.timeChanged);
  expect(await host.ask(COMMAND.clock)).toBe("15:01:094-MAY-26");
  device.faults.merge({ configurationChanged: true });
  await host.next("command", COMMAND.realtimeChanged);
  host.answers = false;
  device.faults.merge({ ownInitialise: true });
  await host.next("command", COMMAND.initialise);
  host.send(exchange("C host"));
  expect(await host.untilQuiet()).toEqual([]);
  host.answers = true;
  await host.initialise();
  expect(await host.ask(COMMAND.measured1)).toMatch(/^7D/);
});

test("another ventilator on the line calls for a host and names itself, and the first is back when it is", async () => {
  const { host, device } = await overTcp(closers, "evita-xl");
  expect(device.faults.merge({ otherModel: "servo-i" })).toContain("otherModel");
  await host.initialise();
  expect(await host.ask(COMMAND.identify)).toContain("'Evita XL'");
  expect(await host.ask(COMMAND.clock)).toBe("14:01 4-MAI-26");
  expect(device.faults.merge({ otherModel: "evita-4" })).toBeNull();
  await host.next("command", COMMAND.initialise);
  await host.next("command", COMMAND.identify);
  expect(await host.ask(COMMAND.identify)).toContain("'Evita 4'");
  expect(await host.ask(COMMAND.clock)).toBe("14:01:09 4-MAY-26");
  device.faults.merge({ germanMonth: true });
  expect(await host.ask(COMMAND.clock)).toBe("14:01:09 4-MAI-26");
  device.faults.merge({ otherModel: null });
  await host.next("command", COMMAND.identify);
  expect(await host.ask(COMMAND.identify)).toContain("'Evita XL'");
});

test("standby is told by the body and by its fault, a person's record by the body and by its fault", async () => {
  const { host, device } = await overTcp(closers);
  await host.initialise();
  expect(await host.ask(COMMAND.texts)).not.toMatch(/STANDBY|QUIRINUS/);
  device.faults.merge({ standbyText: true, patientRecord: true });
  expect(await host.ask(COMMAND.texts)).toMatch(/1E7STANDBY.*547STANDBY.*608QUIRINUS.61:NOBODYSSON/s);
  expect(await host.ask(COMMAND.settings)).toContain("4A   674B 81.5");
  device.faults.merge({ standbyText: false, patientRecord: false });
  device.body.patient = { ...MADE_UP_PATIENT, lastName: "NEMO" };
  device.body.duty.hold("standby");
  device.body.step(0);
  expect(await host.ask(COMMAND.texts)).toMatch(/STANDBY.*614NEMO.$/s);
});
