import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import scanner from "@wardtwin/device-profiles/catalog/imaging/mri-1";
import { StatusCodes } from "node-opcua-status-code";
import { DataType } from "node-opcua-variant";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { OpcUaLink } from "../link/opc-ua-link.ts";
import { startOpcUaServer, type TestServer, USER } from "../link/opc-ua-server.testing.ts";
import { OpcUaThreads } from "../link/opc-ua-threads.ts";
import type { DeviceReader } from "./device.ts";
import { opcUaReader } from "./read-opc-ua.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const soon = { timeout: 60_000, interval: 100 };
const clock = systemClock();
const bornMs = clock.wallMs();

const text = (value: string) => ({ dataType: DataType.String, value });
const localized = (value: string) => ({ dataType: DataType.LocalizedText, value: { text: value } });
const double = (value: number) => ({ dataType: DataType.Double, value });
const int32 = (value: number) => ({ dataType: DataType.Int32, value });
const flag = (value: boolean) => ({ dataType: DataType.Boolean, value });
/** A scanner by the layout's own page, type by type. */
const SCANNER = {
  "DI:Manufacturer": localized("Wardtwin"),
  "DI:Model": localized("M1"),
  "DI:SerialNumber": text("MR-0042"),
  "DI:SoftwareRevision": text("7.1"),
  "DI:DeviceHealth": int32(3),
  "DI:ParameterSet/ScannerState": int32(4),
  "DI:ParameterSet/ColdHeadTemperature": double(4.25),
  "DI:ParameterSet/ColdHeadRunTime": double(18_230.5),
  "DI:ParameterSet/HeliumLevel": double(71.5),
  "DI:ParameterSet/HeliumPressure": double(6.75),
  "DI:ParameterSet/CompressorRunTime": double(40_010),
  "DI:ParameterSet/ChillerSupplyTemperature": double(12.5),
  "DI:ParameterSet/ChillerFlow": double(34.25),
  "DI:ParameterSet/ExaminationCount": { dataType: DataType.UInt32, value: 51_203 },
  "DI:ParameterSet/MagnetAtField": flag(true),
  "DI:ParameterSet/MainsPresent": flag(true),
  "DI:ParameterSet/TechnicalAlarm": flag(false),
  "DI:ParameterSet/ChillerAlarm": flag(true),
  "DI:ParameterSet/ServerTime": { dataType: DataType.DateTime, value: new Date(bornMs - 3_600_000) },
};

let pkiDir = "";
let server: TestServer;
let reader: DeviceReader;
beforeAll(async () => {
  pkiDir = mkdtempSync(join(tmpdir(), "wardtwin-opc-ua-"));
  const { namespaceUri, nodes } = scanner.wire;
  server = await startOpcUaServer({ pkiDir, namespaceUri, devices: { Mri1: SCANNER, Mri2: SCANNER } });
  const endpointUrl = `opc.tcp://127.0.0.1:${server.port}`;
  const wish = { samplingMs: 50, publishingMs: 200 };
  const settings = { endpointUrl, namespaceUri, nodes, ...wish, user: USER, serverCertificate: null, pkiDir };
  const link = new OpcUaLink(settings, new OpcUaThreads(), () => clock.monoMs());
  reader = opcUaReader(link, scanner, () => bornMs);
});
afterAll(async () => {
  await reader?.close();
  await server?.stop();
  rmSync(pkiDir, { recursive: true });
});

/** What a poll says of a unit, short: its fault, or what it is, does and tells. */
async function told(unit: string) {
  const result = await reader.read(unit, "status");
  if (!result.ok) return result.fault;
  const { identity, operatingState, readings } = result.value;
  return { identity, operatingState, ...Object.fromEntries(readings.map((it) => [it.metric, it.value])) };
}

test("a scanner of the DeviceSet is read whole, its clock by the gateway's", async () => {
  await expect
    .poll(() => told("Mri1"), soon)
    .toEqual({
      identity: { manufacturer: "Wardtwin", model: "M1", serial: "MR-0042", firmware: "7.1" },
      operatingState: "self-test",
      deviceHealth: 3,
      technicalAlarm: 0,
      mainsPresent: 1,
      deviceClockOffsetS: -3_600,
      magnetAtField: 1,
      coldHeadTemperatureK: 4.25,
      coldHeadRunTimeH: 18_230.5,
      heliumLevelPct: 71.5,
      heliumPressureKPa: 6.75,
      compressorRunTimeH: 40_010,
      chillerSupplyTemperatureCel: 12.5,
      chillerFlowLPerMin: 34.25,
      chillerAlarm: 1,
      examinationCount: 51_203,
    });
});

test("a unit that is not in the DeviceSet is vacant, and the others are read as before", async () => {
  await expect.poll(() => told("Mri3"), soon).toBe("codec.vacant");
  await expect.poll(() => told("Mri1"), soon).toMatchObject({ heliumLevelPct: 71.5 });
});

test("a parameter of another type is implausible, and alone in that", async () => {
  await expect.poll(() => told("Mri1"), soon).toMatchObject({ heliumLevelPct: 71.5 });
  server.set("DI:ParameterSet/HeliumLevel", text("71.5"), "Mri1");
  await expect.poll(() => told("Mri1"), soon).toMatchObject({ heliumLevelPct: null, heliumPressureKPa: 6.75 });
  const result = await reader.read("Mri1", "status");
  const odd = result.ok && result.value.readings.filter(({ quality }) => quality !== "good");
  expect(odd).toEqual([{ metric: "heliumLevelPct", value: null, quality: "implausible" }]);
});

test("a scanner of which its server knows nothing is a fault, and no scanner full of blanks", async () => {
  await expect.poll(() => told("Mri2"), soon).toMatchObject({ heliumLevelPct: 71.5 });
  for (const [path, variable] of Object.entries(SCANNER)) {
    server.set(path, { ...variable, status: StatusCodes.BadCommunicationError }, "Mri2");
  }
  await expect.poll(() => told("Mri2"), soon).toBe("link.exception");
  for (const [path, variable] of Object.entries(SCANNER)) server.set(path, variable, "Mri2");
  await expect.poll(() => told("Mri2"), soon).toMatchObject({ heliumLevelPct: 71.5 });
});
