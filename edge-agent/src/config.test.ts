import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig } from "./config.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-config-"));
  for (const name of ["gw.pem", "gw.key", "ca.pem"]) writeFileSync(join(dir, name), name);
  writeFileSync(join(dir, "rack.json"), JSON.stringify({ username: "agent", password: "hunter2" }));
});
afterEach(() => rmSync(dir, { recursive: true }));

const vent = {
  id: "vent",
  url: "tcp://10.0.0.5:4001",
  protocol: "puritan-bennett-sndf",
  profile: "puritan-bennett/840",
  units: ["1"],
};
const pump = {
  id: "pump",
  url: "serial:/dev/serial/by-id/usb-FTDI_A1",
  protocol: "alaris-asena",
  profile: "alaris/asena-gh",
  units: ["1"],
};
const base = {
  id: "base",
  url: "tcp://10.0.0.5:4003",
  protocol: "fresenius-orchestra",
  profile: "fresenius/orchestra-module-dps",
  units: ["1", "2", "9"],
};
const defib = {
  id: "defib",
  url: "tcp://10.0.0.5:4004",
  protocol: "defib-ready-serial",
  profile: "wardtwin-synthetic/defib-ready-1-serial",
  units: ["1"],
};
const rack = {
  id: "rack",
  url: "opc.tcp://rack:4840",
  protocol: "opc-ua",
  profile: "wardtwin-synthetic/pump-rack-1",
  credentialsFile: "rack.json",
  units: ["1", "2"],
};
const dock = {
  id: "dock",
  url: "modbus+tcp://dock",
  protocol: "modbus",
  profile: "wardtwin-synthetic/defib-ready-1",
  units: ["17", "18"],
};
const config = {
  site: "st-mary",
  gateway: "gw-icu-1",
  simulated: true,
  dataDir: "data",
  mqtt: { host: "localhost", port: 8883, certFile: "gw.pem", keyFile: "gw.key", caFile: "ca.pem" },
  lines: [vent, rack],
};

function write(content: unknown): string {
  const file = join(dir, "agent.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("a sound configuration is read, its files with it, and its paths are relative to it", () => {
  const settings = readConfig(write(config));
  expect(settings).toMatchObject({
    dataDir: join(dir, "data"),
    batchEveryMs: 1_000,
    keepPatientDerived: true,
    outbox: { ageMs: 72 * 3_600_000, bytes: 2_147_483_648 },
    mqtt: { cert: "gw.pem", key: "gw.key", ca: "ca.pem" },
  });
  expect(settings.lines.map(({ id, address, profile }) => [id, address.kind, profile.id])).toEqual([
    ["vent", "tcp", "puritan-bennett/840"],
    ["rack", "opc-ua", "wardtwin-synthetic/pump-rack-1"],
  ]);
  expect(readConfig(write({ ...config, lines: [base] })).lines[0]?.units).toEqual(["1", "2", "9"]);
  expect(settings.lines[1]?.credentials).toEqual({ userName: "agent", password: "hunter2" });
});

test("a site says that nothing measured on a person leaves its gateway, in yes or no", () => {
  expect(readConfig(write({ ...config, keepPatientDerived: false })).keepPatientDerived).toBe(false);
  expect(() => readConfig(write({ ...config, keepPatientDerived: "no" }))).toThrow(/at \/keepPatientDerived/);
});

test("what is kept while the cloud is away is the installer's to say, in hours and bytes", () => {
  const { outbox } = readConfig(write({ ...config, outbox: { maxAgeH: 24, maxBytes: 50_000_000 } }));
  expect(outbox).toMatchObject({ ageMs: 24 * 3_600_000, bytes: 50_000_000 });
  const { outbox: rest } = readConfig(write({ ...config, outbox: { maxAgeH: 0.5 + 1 } }));
  expect(rest).toMatchObject({ ageMs: 5_400_000, bytes: 2_147_483_648 });
});

test("a unit of an OPC UA line is what its server calls the device, where the profile looks into a DeviceSet", () => {
  const scanner = { ...rack, profile: "wardtwin-synthetic/mri-1", units: ["Mri1", "MR room 2"] };
  expect(readConfig(write({ ...config, lines: [scanner] })).lines[0]?.units).toEqual(["Mri1", "MR room 2"]);
});

test("a pump's serial line runs at the speed of its protocol", () => {
  const settings = readConfig(
    write({ ...config, lines: [pump, { ...pump, id: "other", url: "tcp://10.0.0.5:4002" }] }),
  );
  expect(settings.lines.map(({ address, profile }) => [address, profile.id])).toEqual([
    [
      {
        kind: "serial",
        settings: {
          path: "/dev/serial/by-id/usb-FTDI_A1",
          baudRate: 38_400,
          dataBits: 8,
          parity: "none",
          stopBits: 1,
          dtr: null,
          rts: null,
          hangUpOnClose: false,
        },
        listenOnly: false,
      },
      "alaris/asena-gh",
    ],
    [{ kind: "tcp", host: "10.0.0.5", port: 4002, listenOnly: false }, "alaris/asena-gh"],
  ]);
});

test("a Modbus line is TCP, a serial port at its protocol's speed, or a serial device server", () => {
  const urls = ["modbus+tcp://dock", "serial:/dev/serial/by-id/usb-FTDI_A1", "tcp://10.0.0.5:4003"];
  const settings = readConfig(write({ ...config, lines: urls.map((url) => ({ ...dock, id: url, url })) }));
  expect(settings.lines.map(({ address }) => address)).toMatchObject([
    { kind: "modbus-tcp", host: "dock", port: 502 },
    { kind: "serial", settings: { baudRate: 19_200, parity: "even" } },
    { kind: "tcp", host: "10.0.0.5", port: 4003 },
  ]);
});

test("a Dräger workstation's serial line runs at the speed and parity of its profile, unless its URL says otherwise", () => {
  const apollo = { ...pump, protocol: "draeger-medibus", profile: "draeger/apollo" };
  const faster = { ...apollo, id: "faster", url: `${pump.url}?baud=38400&parity=none` };
  const settings = readConfig(write({ ...config, lines: [apollo, faster] }));
  expect(settings.lines.map(({ address }) => address)).toMatchObject([
    { kind: "serial", settings: { baudRate: 9_600, parity: "even" } },
    { kind: "serial", settings: { baudRate: 38_400, parity: "none" } },
  ]);
});

test.each([
  ["not JSON", "{", /agent\.json: is not JSON/],
  ["a missing key", { ...config, site: undefined }, /agent\.json.*site/],
  ["a word too many", { ...config, writes: true }, /at \/writes: is no known setting/],
  [
    "an outbox that keeps nothing",
    { ...config, outbox: { maxBytes: 0 } },
    /at \/outbox\/maxBytes: must be >= 16777216/,
  ],
  ["an age that is no number", { ...config, outbox: { maxAgeH: "72" } }, /at \/outbox\/maxAgeH: must be number/],
  ["an outbox with a word too many", { ...config, outbox: { max: 1 } }, /at \/outbox\/max: is no known setting/],
  ["a site that is no id", { ...config, site: "St Mary" }, /at \/site: must be/],
  [
    "a missing file",
    { ...config, mqtt: { ...config.mqtt, caFile: "no.pem" } },
    /at \/mqtt\/caFile: .*no\.pem cannot be read \(ENOENT\)/,
  ],
  ["a slot that is none", { ...config, lines: [{ ...rack, units: ["Mri1"] }] }, /units\/0: a unit of .* slot's number/],
  ["a line twice", { ...config, lines: [vent, vent] }, /at \/lines\/1\/id: "vent" is taken/],
  [
    "an unknown profile",
    { ...config, lines: [{ ...vent, profile: "a/b" }] },
    /at \/lines\/0\/profile: no profile "a\/b"/,
  ],
  ["another protocol", { ...config, lines: [{ ...vent, protocol: "modbus" }] }, /at \/lines\/0\/protocol: .* speaks/],
  [
    "another wire",
    { ...config, lines: [{ ...vent, url: "modbus+tcp://x" }] },
    /at \/lines\/0\/url: .* does not run over/,
  ],
  ["two ventilators", { ...config, lines: [{ ...vent, units: ["1", "2"] }] }, /at \/lines\/0\/units: one ventilator/],
  [
    "two ventilators on MEDIBUS",
    { ...config, lines: [{ ...vent, protocol: "draeger-medibus", profile: "draeger/evita-xl", units: ["1", "2"] }] },
    /at \/lines\/0\/units: one ventilator/,
  ],
  ["two pumps", { ...config, lines: [{ ...pump, units: ["1", "2"] }] }, /at \/lines\/0\/units: one pump stands/],
  [
    "two defibrillators",
    { ...config, lines: [{ ...defib, units: ["1", "2"] }] },
    /at \/lines\/0\/units: one defibrillator/,
  ],
  [
    "a slot that no base has",
    { ...config, lines: [{ ...base, units: ["1", "0"] }] },
    /at \/lines\/0\/units\/1: .* a slot/,
  ],
  ["a pump on Modbus", { ...config, lines: [{ ...pump, url: "modbus+tcp://x" }] }, /at \/lines\/0\/url: alaris-asena/],
  ["a broadcast", { ...config, lines: [{ ...dock, url: "tcp://x:1", units: ["0"] }] }, /units\/0: .* is 1 to 247/],
  ["a unit beyond a byte", { ...config, lines: [{ ...dock, units: ["256"] }] }, /units\/0: .* is 0 to 255/],
  [
    "listening to a rack",
    { ...config, lines: [{ ...rack, url: "opc.tcp://rack:4840?listen=1" }] },
    /at \/lines\/0\/url: listen=1 cannot be: opc-ua cannot be read from a stream/,
  ],
  [
    "listening to a Modbus line",
    {
      ...config,
      lines: [
        {
          ...vent,
          url: "modbus+tcp://dock?listen=1",
          protocol: "modbus",
          profile: "wardtwin-synthetic/defib-ready-1",
        },
      ],
    },
    /at \/lines\/0\/url: listen=1 cannot be: modbus cannot be read from a stream/,
  ],
  ["no certificate", { ...config, lines: [{ ...rack, serverCertificateFile: "gw.pem" }] }, /is no X\.509 certificate/],
])("%s is one sentence with its path and reason", (_, content, reason) => {
  expect(() => readConfig(write(content))).toThrow(reason);
});

test("a fault in a credentials file is told without quoting it", () => {
  writeFileSync(join(dir, "rack.json"), '{"username": "agent", "password": ["hunter2"]}');
  expect(() => readConfig(write(config))).toThrow(/at \/lines\/1\/credentialsFile: (?!.*hunter2)/);
});

test("a line may name a profile that the hospital wrote itself, and a fault in one is told with its own file", () => {
  const line = { id: "d", url: "modbus+tcp://dock", protocol: "modbus", profile: "st-mary/dock", units: ["17"] };
  const own = { ...config, profilesDir: "own", lines: [line] };
  mkdirSync(join(dir, "own"));
  const put = (profile: unknown) => writeFileSync(join(dir, "own", "dock.json"), JSON.stringify(profile));
  put({ ...defibReady, id: "st-mary/dock" });
  writeFileSync(join(dir, "own", "notes.txt"), "no profile");
  expect(readConfig(write(own)).lines.map(({ profile }) => profile.id)).toEqual(["st-mary/dock"]);
  put(defibReady);
  expect(() => readConfig(write(own))).toThrow(/own\/dock\.json at \/id: .* is shipped/);
  put({ ...defibReady, id: "st-mary/dock", wire: { ...defibReady.wire, request: "06" } });
  expect(() => readConfig(write(own))).toThrow(/own\/dock\.json at \/wire\/request: is no key/);
  expect(() => readConfig(write({ ...own, profilesDir: "none" }))).toThrow(/none cannot be read \(ENOENT\)/);
  expect(() => readConfig(write({ ...own, profilesDir: undefined }))).toThrow(/no profile "st-mary\/dock" is known/);
});

test("the agent ends with that sentence on its standard error and exit code 78", () => {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [main, ...args], { encoding: "utf8", timeout: 20_000 });
  const bad = run("run", "--config", join(dir, "none.json"));
  expect([bad.status, bad.stderr]).toEqual([
    78,
    `${join(dir, "none.json")}: ${join(dir, "none.json")} cannot be read (ENOENT)\n`,
  ]);
});
