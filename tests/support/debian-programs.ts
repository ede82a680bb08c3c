import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { DebianTool } from "@wardtwin/infra/test/debian-package";
import { toolPath } from "@wardtwin/infra/test/debian-tool";
import { eventually } from "./eventually.ts";
import { freePort } from "./ports.ts";

export interface Program {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A Redis of the test's own, which keeps nothing on disk. */
export async function startRedis(folder: string): Promise<Program> {
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  return run("redis-server", args, port, `redis://127.0.0.1:${port}`);
}

export interface MosquittoFiles {
  caFile: string;
  certFile: string;
  keyFile: string;
  /** A free one when absent. */
  port?: number;
}

/** What a hospital's own Mosquitto needs for us: mutual TLS, and to each certificate its own topics (the common name is the user). */
const ACL = `user wardtwin-cloud
topic readwrite wardtwin/v1/#
topic readwrite $aws/things/#

pattern write wardtwin/v1/+/%u/presence
pattern write wardtwin/v1/+/%u/hello
pattern write wardtwin/v1/+/%u/telemetry
pattern read wardtwin/v1/+/%u/welcome
pattern read wardtwin/v1/+/%u/ack
pattern write wardtwin/v1/+/%u/sighting
pattern read wardtwin/v1/+/%u/settled
pattern write $aws/things/%u/shadow/get
pattern write $aws/things/%u/shadow/update
pattern write $aws/things/%u/shadow/delete
pattern write $aws/things/%u/shadow/name/+/get
pattern write $aws/things/%u/shadow/name/+/update
pattern write $aws/things/%u/shadow/name/+/delete
pattern read $aws/things/%u/shadow/#
`;

export async function startMosquitto(
  folder: string,
  { caFile, certFile, keyFile, port: wanted }: MosquittoFiles,
): Promise<Program> {
  const port = wanted ?? (await freePort());
  const [configFile, aclFile] = [join(folder, "mosquitto.conf"), join(folder, "acl")];
  writeFileSync(aclFile, ACL, { mode: 0o600 });
  const lines = [
    // Started by root it would become another user, who may not read the folder of a test.
    "user root",
    `listener ${port} 127.0.0.1`,
    `cafile ${caFile}`,
    `certfile ${certFile}`,
    `keyfile ${keyFile}`,
    "require_certificate true",
    "use_identity_as_username true",
    "allow_anonymous false",
    `acl_file ${aclFile}`,
    "set_tcp_nodelay true",
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`);
  return run("mosquitto", ["-c", configFile], port, `mqtts://127.0.0.1:${port}`);
}

async function run(tool: DebianTool, args: readonly string[], port: number, url: string): Promise<Program> {
  const child = spawn(toolPath(tool) ?? tool, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      said = (said + String(text)).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await eventually(`${tool} to listen`, () => {
    if (child.exitCode !== null) throw new Error(said);
    return answers(port);
  });
  return {
    url,
    pid: child.pid ?? -1,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      running.delete(child);
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
