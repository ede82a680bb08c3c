/** The agent against Modbus servers that share no code with it: from openReader to the sections of a batch. */
import { readFileSync } from "node:fs";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import gasPanel from "@wardtwin/device-profiles/catalog/medical-gas/gas-panel-2";
import type { ModbusProfile } from "@wardtwin/device-profiles/profile/modbus";
import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import { systemClock } from "@wardtwin/edge-agent/clock";
import { parseLineUrl } from "@wardtwin/edge-agent/link/line-url";
import { type PtyCable, startPtyCable } from "@wardtwin/edge-agent/link/pty-cable.testing";
import { Attachments } from "@wardtwin/edge-agent/reading/attachments";
import { judging } from "@wardtwin/edge-agent/reading/judging";
import { runLine } from "@wardtwin/edge-agent/reading/line-scheduler";
import { openReader } from "@wardtwin/edge-agent/reading/open-reader";
import { Reporter } from "@wardtwin/edge-agent/reported/reporter";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { afterAll, afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import {
  compileLibmodbusServer,
  LIBMODBUS,
  type ModbusPeer,
  PYMODBUS,
  startDeviceServer,
  startLibmodbus,
  startPymodbus,
  type UnitMap,
} from "../support/modbus/peers.ts";
import { freePort } from "../support/ports.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const fixture = new URL("../../device-profiles/fixtures/gas-panel-2.supplying.json", import.meta.url);
const meaning: { operatingState: string; identity: object; readings: Record<string, Record<string, number>> } =
  JSON.parse(readFileSync(fixture, "utf8"));
const READINGS = { ...meaning.readings["state"], ...meaning.readings["trend"] };
/** What the fixture's frames hold, address by address, taken from the sheet. */
const PANEL: UnitMap = {
  1: { 0: 1 },
  2: { 0: 1, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 1 },
  3: { 100: 5_000, 101: 4_000 },
  4: {
    ...{ 0: 0x0200, 1: 12, 2: 3 },
    ...{ 10: 4_302, 11: 4_485, 12: 0xfdf5, 13: 1_210, 14: 8_950, 15: 0xfe00 },
    ...{ 40: 0xe240, 41: 1, 42: 1, 43: 0x1171, 44: 0x4337, 45: 0x6666 },
  },
};
const BAUD = 19_200;

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));
const open: { stop(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop();
});
function kept<Kept extends { stop(): Promise<void> | void }>(each: Kept): Kept {
  open.push(each);
  return each;
}
const cable = async (): Promise<PtyCable> => kept(await startPtyCable(toolPath("socat") ?? "socat"));

/** A line of the agent as its composition sets one up, with what it would hand to the outbox kept here. */
function startLine(url: string, units: readonly string[], profile: ModbusProfile = gasPanel) {
  const address = parseLineUrl(url, profile.wire.serial);
  if (!address.ok) throw new Error(address.fault);
  const deps = {
    clock: systemClock(),
    random: { unit: () => 0, id: () => "a presence" },
    log: openLog("silent"),
  };
  const line = { id: "gas", address: address.value, profile, units, credentials: null, serverCertificate: null };
  const reader = openReader(line, { ...deps, pkiDir: folder });
  const sections: DeviceSection[] = [];
  const reporter = new Reporter(100, (sealed) => sections.push(...sealed));
  const judge = judging({
    attachments: new Attachments(folder, deps),
    log: deps.log,
    keepPatientDerived: false,
    onSighting: (sighting) => reporter.take(sighting),
  });
  const stopping = new AbortController();
  const devices = units.map((unit) => ({ line: line.id, unit, profile }));
  const running = runLine({ id: line.id, devices, reader }, deps, judge, stopping.signal);
  kept({
    stop: async () => {
      stopping.abort();
      reporter.seal();
      await reader.close();
      await running;
    },
  });
  return { told: (unit: string) => toldIn(sections, unit) };
}

/** What the sections say of a unit, the latest value of each metric. */
function toldIn(sections: readonly DeviceSection[], unit: string) {
  const values: Record<string, number> = {};
  let identity = {};
  for (const section of sections.filter(({ subject }) => subject.unit === unit)) {
    identity = section.subject.identity;
    for (const column of section.groups.flatMap(({ columns }) => columns))
      values[column.metric] = column.values.at(-1) ?? 0;
  }
  const { operatingState = 0, deviceLink = 0, ...readings } = values;
  return { identity, operatingState: OPERATING_STATES[operatingState], isConnected: deviceLink === 1, readings };
}
const PANEL_TOLD = { identity: meaning.identity, operatingState: "in-use", isConnected: true, readings: READINGS };

/** Waits until a unit that answers has told all that the panel tells, and hands it over. */
const allOf = (line: ReturnType<typeof startLine>, unit: string) =>
  eventually(`unit ${unit} to tell everything`, () => {
    const told = line.told(unit);
    // What no poll has brought again since a break is blank with the break.
    const isWhole = Number.isFinite(told.readings["oxygenFlowLPerMin"]) && Number.isFinite(told.readings["serviceDue"]);
    return told.isConnected && isWhole && told;
  });

describeWith([...LIBMODBUS, "socat"], "a unit on libmodbus", () => {
  const program = () => compileLibmodbusServer(folder);
  const onlyReads = (peer: ModbusPeer) => expect(peer.said()).not.toContain("other");

  test("over Modbus TCP says what its map holds, and hears nothing but reads", async () => {
    const tcp = await freePort();
    const peer = kept(await startLibmodbus(program(), PANEL, { tcp }, "5"));
    const line = startLine(`modbus+tcp://127.0.0.1:${tcp}`, ["5"]);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
    onlyReads(peer);
  });

  test("over RTU on a serial port says the same", async () => {
    const { ours, theirs } = await cable();
    const peer = kept(await startLibmodbus(program(), PANEL, { rtu: theirs, baud: BAUD }, "5"));
    const line = startLine(`serial:${ours}`, ["5"]);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
    onlyReads(peer);
  });

  test("over RTU behind a serial device server says the same, also after the server went away and came back", async () => {
    const [{ ours, theirs }, tcp] = [await cable(), await freePort()];
    const peer = kept(await startLibmodbus(program(), PANEL, { rtu: theirs, baud: BAUD }, "5"));
    const first = await startDeviceServer(tcp, ours);
    const line = startLine(`tcp://127.0.0.1:${tcp}`, ["5"]);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
    await first.stop();
    await eventually("the unit to be missed", () => !line.told("5").isConnected);
    kept(await startDeviceServer(tcp, ours));
    await eventually("the unit to be found again", () => line.told("5").isConnected);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
    onlyReads(peer);
  });

  test("whose map has holes that no profile declares says everything all the same", async () => {
    const tcp = await freePort();
    kept(await startLibmodbus(program(), PANEL, { tcp }, "5"));
    const undeclared = { ...gasPanel, wire: { ...gasPanel.wire, holes: [] } };
    const line = startLine(`modbus+tcp://127.0.0.1:${tcp}`, ["5"], undeclared);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
  });

  test("that lacks some of its profile's addresses leaves those blank and says all others", async () => {
    const tcp = await freePort();
    const { 14: _reserve, 43: _starts, ...rest } = PANEL[4] ?? {};
    kept(await startLibmodbus(program(), { ...PANEL, 4: rest }, { tcp }, "5"));
    const line = startLine(`modbus+tcp://127.0.0.1:${tcp}`, ["5"]);
    const blank = { reserveSourcePressureKPa: Number.NaN, compressorStartCount: Number.NaN };
    expect(await allOf(line, "5")).toEqual({ ...PANEL_TOLD, readings: { ...READINGS, ...blank } });
  });
});

describeWith([...PYMODBUS, "socat"], "units on pymodbus", () => {
  /** Another panel: standing by, and its oxygen pressure a little lower. */
  const OTHER: UnitMap = { ...PANEL, 4: { ...PANEL[4], 2: 2, 10: 4_105 } };
  const OTHER_TOLD = {
    ...PANEL_TOLD,
    operatingState: "standby",
    readings: { ...READINGS, oxygenLinePressureKPa: 410.5 },
  };

  test("behind one Modbus TCP connection are told apart", async () => {
    const tcp = await freePort();
    kept(await startPymodbus(folder, { 5: PANEL, 6: OTHER }, { tcp }));
    const line = startLine(`modbus+tcp://127.0.0.1:${tcp}`, ["5", "6"]);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
    expect(await allOf(line, "6")).toEqual(OTHER_TOLD);
  });

  test("on one RTU line are told apart, and one that nobody is keeps neither from being read", async () => {
    const { ours, theirs } = await cable();
    kept(await startPymodbus(folder, { 5: PANEL, 6: OTHER }, { rtu: theirs, baud: BAUD }));
    const line = startLine(`serial:${ours}`, ["4", "5", "6"]);
    expect(await allOf(line, "5")).toEqual(PANEL_TOLD);
    expect(await allOf(line, "6")).toEqual(OTHER_TOLD);
    const missing = await eventually("the missing unit to be missed", () => {
      const told = line.told("4");
      return Object.keys(told.readings).length > 0 && told;
    });
    expect(missing).toMatchObject({ isConnected: false, operatingState: "unknown" });
    expect(line.told("5").isConnected).toBe(true);
  });
});
