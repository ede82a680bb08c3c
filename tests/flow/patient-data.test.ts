/** A gateway of its own, without a cloud: what of a person reaches its disk and its log. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { afterAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { root } from "../support/house.ts";
import { freePort, portOf } from "../support/ports.ts";
import { writeSelfSigned } from "../support/self-signed.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** Values in a report that nothing else on a gateway can resemble; by field, as the ventilator writes them. */
const ON_THE_WIRE: Readonly<Record<number, string>> = {
  60: "61.73", // ideal body weight
  84: "7.913", // normalised by the weight
  69: "23.71",
  70: "13.7",
  71: "0.4437",
  72: "6.317",
  73: "24.73",
  74: "9.713",
  87: "5.317",
  96: "37.31",
  125: "HIGH", // an occlusion
};
const WEIGHTS = [61.73, 7.913];
/** The rest, as the outbox would hold them. */
const MEASURED = [23.71, 13.7, 443.7, 6.317, 24.73, 9.713, 5.317, 37.31];

const frame = Buffer.from(
  readFileSync(join(root, "device-profiles/fixtures/puritan-bennett-840.in-use.hex"), "utf8").replaceAll("\n", ""),
  "hex",
).toString("latin1");
const bodyAt = frame.indexOf("\x02") + 1;
const report = `${frame.slice(0, bodyAt)}${frame
  .slice(bodyAt, frame.indexOf("\x03"))
  .split(",")
  .map((text, index) => (ON_THE_WIRE[index + 5] ?? text).padEnd(text.length))
  .join(",")}\x03\r`;

const folder = temporaryFolder();
const stopping: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
  removeFolder(folder);
});

async function startVentilator(): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (asked) => {
      if (asked.toString("latin1") === "SNDF\r") socket.write(report, "latin1");
    });
  });
  stopping.push(() => server.close());
  return portOf(server);
}

/** Everything that the batches on a disk say. */
function outboxOf(dataDir: string) {
  const database = new DatabaseSync(join(dataDir, "outbox.sqlite"), { readOnly: true });
  const rows = database.prepare("SELECT body FROM body ORDER BY id").all();
  database.close();
  const batches = rows.map(({ body: packed }) => {
    const read = packed instanceof Uint8Array ? decodeBody(zstdDecompressSync(packed)) : null;
    if (read?.ok !== true) throw new Error("a batch that cannot be read");
    return read.value.batch;
  });
  const columns = batches.flatMap(({ devices }) =>
    devices.flatMap(({ groups }) => groups.flatMap((group) => group.columns)),
  );
  return { batches: batches.length, columns, values: columns.flatMap(({ values }) => [...values]) };
}

/** Runs an agent over a few polls, stops it, and returns what it wrote: batches, files and log. */
async function written(name: string, setting: object) {
  const dir = join(folder, name);
  mkdirSync(dir);
  await writeSelfSigned(dir);
  const line = { id: "vent", protocol: "puritan-bennett-sndf", profile: "puritan-bennett/840", units: ["1"] };
  const config = {
    site: "st-mary",
    gateway: "gw-icu",
    simulated: true,
    dataDir: "data",
    mqtt: { host: "127.0.0.1", port: await freePort(), certFile: "gw.pem", keyFile: "gw.key", caFile: "gw.pem" },
    lines: [{ ...line, url: `tcp://127.0.0.1:${await startVentilator()}` }],
    ...setting,
  };
  writeFileSync(join(dir, "agent.json"), JSON.stringify(config));
  const agent: ChildProcess = spawn(
    process.execPath,
    [join(root, "edge-agent/src/main.ts"), "run", "--config", join(dir, "agent.json")],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(agent, "exit");
  stopping.push(() => agent.kill("SIGKILL"));
  let log = "";
  for (const stream of [agent.stdout, agent.stderr]) stream?.on("data", (text: Buffer) => (log += text.toString()));
  const dataDir = join(dir, "data");
  await eventually("two batches on the disk", () => outboxOf(dataDir).batches >= 2);
  const outbox = outboxOf(dataDir);
  agent.kill("SIGTERM");
  await ended;
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1"));
  return { outbox, text: [...files, log].join("\n") };
}

test("a body weight, and a number that it could be drawn from, reach neither disk nor log at any site", async () => {
  const { outbox, text } = await written("keeps", {});
  expect(outbox.values.filter((value) => WEIGHTS.includes(value))).toEqual([]);
  for (const field of [60, 84, 125]) expect(text).not.toContain(ON_THE_WIRE[field]);
  // What this site keeps is there, so that the search of the next test finds what there is.
  expect(MEASURED.filter((value) => !outbox.values.includes(value))).toEqual([]);
});

test("where a site keeps nothing of persons, no value measured on one is written anywhere", async () => {
  const { outbox, text } = await written("drops", { keepPatientDerived: false });
  expect(outbox.columns.filter(({ metric }) => metricTerm(metric).origin === "patient-derived")).toEqual([]);
  expect(outbox.values.filter((value) => [...WEIGHTS, ...MEASURED].includes(value))).toEqual([]);
  for (const value of Object.values(ON_THE_WIRE)) expect(text).not.toContain(value);
  const told = new Set(outbox.columns.map(({ metric }) => metric));
  expect([...told]).toEqual(
    expect.arrayContaining(["operatingState", "tidalVolumeSetMl", "acPowerLossAlarm", "tidalVolumeResidualPct"]),
  );
});
