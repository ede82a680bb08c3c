import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { CommandError } from "./command-error.ts";
import { commandLine } from "./command-line.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const hex = readFileSync(
  new URL("../../../device-profiles/fixtures/puritan-bennett-840.in-use.hex", import.meta.url),
  "utf8",
);
const report = Buffer.from(hex.replaceAll("\n", ""), "hex");

/** A pump's replies by the requests, from the protocol's sheet. */
const PUMP: Readonly<Record<string, string>> = {
  "!INST_SERIALNO|457D\r": "!INST_SERIALNO^8002-51740|050B\r",
  "!COMMS_PROTOCOL|E8DA\r": "!COMMS_PROTOCOL^Asena Rev 2.1.5|661A\r",
  "!COMMS_RESPONSE_MAX|7E29\r": "!COMMS_RESPONSE_MAX^4000^ms|DFDF\r",
  "!INF|4961\r": "!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg^24+^EVENT^127904|A13E\r",
  "!ALARM|50B2\r": "!ALARM^AL_NOALM^ ^ |C73B\r",
};

let dir = "";
const peers: Peer[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-cli-"));
});
afterEach(async () => {
  rmSync(dir, { recursive: true });
  for (const peer of peers.splice(0)) await peer.stop();
});

/** Does what the program would do, in this process: a program takes a second to start, and longer on a busy machine. */
async function agent(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const said: string[] = [];
  const terminal = { stdin: Readable.from([]), stdout, tell: (sentence: string) => void said.push(`${sentence}\n`) };
  const code = await commandLine(args, terminal).then(
    () => 0,
    (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      said.push(`${error.message}\n`);
      return error.exitCode;
    },
  );
  stdout.end();
  return { code, stdout: Buffer.concat(await stdout.toArray()).toString(), stderr: said.join("") };
}
async function ventilator(answer: Parameters<typeof startPeer>[0]): Promise<{ peer: Peer; args: string[] }> {
  const peer = await startPeer(answer);
  peers.push(peer);
  return { peer, args: ["read", "--profile", "puritan-bennett/840", "--line", `tcp://127.0.0.1:${peer.port}`] };
}

test("what is not understood is told with the usage and exit code 64", async () => {
  const usage = async (...args: string[]) => {
    const { code, stderr } = await agent(...args);
    return { code, first: stderr.split("\n")[0], isUsage: stderr.includes("usage: wardtwin-agent run --config") };
  };
  expect(await usage()).toMatchObject({ code: 64, isUsage: true });
  expect(await usage("walk")).toMatchObject({ code: 64, isUsage: true });
  expect(await usage("toString")).toMatchObject({ code: 64, isUsage: true });
  expect(await usage("run")).toEqual({ code: 64, first: "--config is missing", isUsage: true });
  expect(await usage("decode", "--profile")).toMatchObject({ code: 64, isUsage: true });
  expect(await usage("profiles", "--write")).toMatchObject({ code: 64, isUsage: true });
  expect(await usage("profiles", "a/b", "c/d")).toMatchObject({ code: 64, first: '"c/d" is one word too many' });
  expect(await usage("decode", "--profile", "a/b")).toMatchObject({ code: 64, first: expect.stringMatching(/"a\/b"/) });
  expect(await usage("read", "--profile", "alaris/asena-gh", "--line", "x")).toMatchObject({
    code: 64,
    first: '--line: "x" is not a URL',
  });
});

test("the program ends with that code, and with nothing on its standard output", () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
    return { status, stdout, stderr: stderr.split("\n")[0] };
  };
  expect(run("walk")).toEqual({ status: 64, stdout: "", stderr: "usage: wardtwin-agent run --config <file>" });
});

test("profiles lists the hospital's own, and a broken one is exit code 78", async () => {
  mkdirSync(join(dir, "own"));
  const put = (profile: unknown) => writeFileSync(join(dir, "own", "dock.json"), JSON.stringify(profile));
  put({ ...defibReady, id: "st-mary/dock" });
  const listed = await agent("profiles", "--json", "--profiles", join(dir, "own"));
  expect(JSON.parse(listed.stdout).at(-1)).toMatchObject({ id: "st-mary/dock", kind: "defibrillator" });
  put({ ...defibReady, id: "st-mary/dock", writes: true });
  expect(await agent("profiles", "--profiles", join(dir, "own"))).toEqual({
    code: 78,
    stdout: "",
    stderr: `${join(dir, "own", "dock.json")} at /writes: is no key that the grammar knows\n`,
  });
});

test("read shows what one device says now, and asks it once", async () => {
  const { peer, args } = await ventilator((socket) => socket.write(report));
  const { code, stdout, stderr } = await agent(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^puritan-bennett\/840: manufacturer Puritan Bennett, model 840, serial \S+\noperating state: in-use\n/,
  );
  expect(stdout).toMatch(/^respiratoryRateSetPerMin +\d+ +\/min +good/m);
  expect(stdout).toMatch(/^acPowerLossAlarm +active +good$/m);
  expect(peer.heard().toString("latin1")).toBe("SNDF\r");
});

test("a device that takes its time is waited for, and the person is told for what", async () => {
  const { peer } = await ventilator((socket, chunk) => {
    const reply = PUMP[chunk.toString("latin1")] ?? "";
    setTimeout(() => socket.write(reply), 420);
  });
  const { code, stdout, stderr } = await agent(
    "read",
    "--profile",
    "alaris/asena-gh",
    "--line",
    `tcp://127.0.0.1:${peer.port}`,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^infusionRateMlPerH +5 +mL\/h +good$/m);
  expect(stderr).toMatch(/^waiting for alaris\/asena-gh at tcp:\S+, unit 1 …\n$/);
});

test("where nobody answers, or somebody else, one sentence says so", async () => {
  const { peer, args } = await ventilator(() => {});
  expect(await agent(...args)).toMatchObject({
    code: 69,
    stdout: "",
    stderr: expect.stringMatching(/nothing answers at tcp:\S+, unit 1: it stayed silent\n$/),
  });
  await peer.stop();
  expect(await agent(...args)).toMatchObject({ code: 69, stderr: expect.stringMatching(/nobody listens there/) });
  const other = await ventilator((socket) =>
    socket.write(Buffer.from(report.toString("latin1").replace("840 35", "980 35"), "latin1")),
  );
  expect(await agent(...other.args)).toMatchObject({
    code: 65,
    stderr: expect.stringMatching(/is not puritan-bennett\/840: a frame from another model/),
  });
  const rack = ["read", "--profile", "wardtwin-synthetic/pump-rack-1", "--line", "opc.tcp://127.0.0.1:1"];
  expect(await agent(...rack, "--credentials", join(dir, "none.json"))).toMatchObject({
    code: 78,
    stderr: `--credentials: ${join(dir, "none.json")} cannot be read (ENOENT)\n`,
  });
});
