/** A gateway at a whole simulated hospital, sound and out of order: every byte that leaves it, and every service it asks for. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { profileOf } from "@wardtwin/device-profiles/catalog";
import { foreignBytes } from "@wardtwin/infra/test/read-only";
import type { Line, Manifest } from "@wardtwin/simulators/hospital/manifest";
import Type from "typebox";
import Value from "typebox/value";
import { afterAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/ports.ts";
import { lineSettings, Programs, type RecordedLine, recorded, startSimulators } from "../support/recorded-ward.ts";
import type { RecordingProxy } from "../support/recording-proxy.ts";
import { writeSelfSigned } from "../support/self-signed.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** OPC 10000-4: finding a server, sessions, browsing, reading, monitored items and subscriptions. */
const READING_SERVICES = new Set(
  [
    ["FindServers", "GetEndpoints", "OpenSecureChannel", "CloseSecureChannel"],
    ["CreateSession", "ActivateSession", "CloseSession", "Cancel"],
    ["Browse", "BrowseNext", "TranslateBrowsePathsToNodeIds", "Read"],
    ["CreateMonitoredItems", "ModifyMonitoredItems", "SetMonitoringMode", "DeleteMonitoredItems"],
    ["CreateSubscription", "ModifySubscription", "SetPublishingMode", "Publish", "Republish"],
    ["TransferSubscriptions", "DeleteSubscriptions"],
  ].flatMap((names) => names.map((name) => `${name}Request`)),
);
/**
 * What is switched on, one round after the other: of each round the devices take turns, so that of every kind one has the
 * first and another the second. A wire that does not know a fault says so, and goes on as it was.
 */
const ROUNDS: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
  [{ garbageReply: true }, { truncatedReply: true }],
  [
    { garbageReply: false, wrongChecksum: true, wrongCount: true, exceptionCode: 6 },
    { truncatedReply: false, otherReply: true, escapedReply: true, wrongTransaction: true },
  ],
  [{ silent: true }, { plugged: false }],
  [
    { silent: false, wrongChecksum: false, wrongCount: false, exceptionCode: null },
    { plugged: true, otherReply: false, escapedReply: false, wrongTransaction: false },
  ],
];
const LINE_MS = 60_000;
/** A device that was long out of order is asked again after a minute at the latest. */
const HEALED_MS = 120_000;

const Account = Type.Object({
  lines: Type.Array(
    Type.Object({
      id: Type.String(),
      refused: Type.Optional(
        Type.Object({ controlCount: Type.Number(), brokenCount: Type.Number(), latest: Type.Array(Type.Unknown()) }),
      ),
      requests: Type.Optional(Type.Record(Type.String(), Type.Number())),
    }),
  ),
});

const programs = new Programs();
const folder = temporaryFolder();
const stopping: (() => unknown)[] = [() => programs.kill()];
afterAll(() => {
  for (const stop of stopping.splice(0)) stop();
  removeFolder(folder);
});

const bytesIn = (proxy: RecordingProxy | null): number =>
  (proxy?.sent() ?? []).reduce((sum, { length }) => sum + length, 0);

/** The answer of the hospital's control API. */
async function asked(url: string, body?: object): Promise<unknown> {
  const post = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return (await fetch(url, post)).json();
}

async function allRecorded(lines: readonly Line[]): Promise<RecordedLine[]> {
  const all = await Promise.all(lines.map(recorded));
  for (const { proxy } of all) stopping.push(() => proxy?.stop());
  return all;
}

/** Writes the configuration of one gateway that has all lines of the hospital, and starts it. */
async function startGateway(lines: readonly RecordedLine[], hospital: Manifest): Promise<ChildProcess> {
  const dir = join(folder, "gateway");
  mkdirSync(dir);
  await writeSelfSigned(dir);
  const settings = lineSettings(dir, lines, hospital);
  const mqtt = { host: "127.0.0.1", port: await freePort(), certFile: "gw.pem", keyFile: "gw.key", caFile: "gw.pem" };
  const config = { site: "st-mary", gateway: "gw-all", simulated: true, dataDir: "data", mqtt, lines: settings };
  writeFileSync(join(dir, "agent.json"), JSON.stringify(config));
  return programs.start("edge-agent/src/main.ts", "run", "--config", join(dir, "agent.json"));
}

test("of a gateway at a hospital in every state of disorder, nothing leaves but requests that read", {
  timeout: 600_000,
}, async () => {
  const { control, hospital } = await startSimulators(programs, join(folder, "hospital"), 2);
  const ask = (path: string, body?: object) => asked(`${control}${path}`, body);
  const account = async () => Value.Parse(Account, await ask("/lines")).lines;
  const speaks = ({ units }: Line) => hospital.devices.find(({ id }) => id === units[0]?.device)?.profile ?? "";
  const known = hospital.lines.filter((line) => profileOf(speaks(line)) !== null);
  const lines = await allRecorded(known);
  const gateway = await startGateway(lines, hospital);
  const ended = once(gateway, "exit");

  /** Something came back on every line, and every server was read. */
  const progress = async () => {
    const requests = new Map((await account()).map(({ id, requests }) => [id, requests ?? {}]));
    return lines.map(({ line, proxy }) =>
      proxy === null ? Object.values(requests.get(line.id) ?? {}).reduce((sum, n) => sum + n, 0) : proxy.answered(),
    );
  };
  const grown = (before: readonly number[], withinMs = LINE_MS) =>
    eventually(
      "an answer on every line",
      async () => {
        const now = await progress();
        const silent = lines.filter((_, at) => (now[at] ?? 0) <= (before[at] ?? 0)).map(({ line }) => line.id);
        if (silent.length > 0)
          throw new Error(`nothing came from ${silent.join(", ")}; ${programs.said.slice(-2_000)}`);
        return true;
      },
      withinMs,
    );
  await grown(lines.map(({ proxy }) => (proxy === null ? 5 : 200)));

  for (const [number, round] of ROUNDS.entries()) {
    const before = lines.map(({ proxy }) => bytesIn(proxy));
    for (const [turn, { id }] of hospital.devices.entries()) {
      for (const [name, value] of Object.entries(round[turn % 2] ?? {})) {
        await ask(`/devices/${id}/faults`, { [name]: value });
      }
    }
    // Who is long out of order is asked ever more rarely, and an unplugged line refuses: after the first round half will do.
    const recorded = lines.filter(({ proxy }) => proxy !== null).length;
    const wereAsked = () => lines.filter(({ proxy }, at) => bytesIn(proxy) > (before[at] ?? 0)).length;
    const least = number === 0 ? recorded : recorded / 2;
    await eventually(`requests on ${least} of ${recorded} lines`, () => wereAsked() >= least, LINE_MS);
  }
  await grown(await progress(), HEALED_MS);
  gateway.kill("SIGTERM");
  await ended;

  let bytes = 0;
  for (const { line, language, proxy } of lines) {
    for (const sent of proxy?.sent() ?? []) {
      bytes += sent.length;
      expect(foreignBytes(language ?? "", sent), line.id).toBeNull();
    }
  }
  expect(bytes).toBeGreaterThan(1_000);
  const accounts = (await account()).filter(({ id }) => known.some((line) => line.id === id));
  for (const { id, refused, requests } of accounts) {
    expect(refused?.controlCount ?? 0, `${id}: ${JSON.stringify(refused?.latest)}`).toBe(0);
    expect(
      Object.keys(requests ?? {}).filter((name) => !READING_SERVICES.has(name)),
      id,
    ).toEqual([]);
  }
  const services = accounts.flatMap(({ requests }) => Object.entries(requests ?? {}));
  expect(services.length).toBeGreaterThan(0);
  process.stderr.write(`read-only: ${lines.length} of ${hospital.lines.length} lines, ${bytes} bytes recorded\n`);
});
