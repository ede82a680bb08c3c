import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
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

const TEMPLATES = join(import.meta.dirname, "..", "..", "infra", "mosquitto");
const RULES_FILE = "wardtwin-dynamic-security.json";

/**
 * Mosquitto with the very files that infra/mosquitto gives to a hospital, in another folder and on another port. The rules that
 * it has in the folder from an earlier start are kept.
 */
export async function startMosquitto(
  folder: string,
  { caFile, certFile, keyFile, port: wanted }: MosquittoFiles,
): Promise<Program> {
  const port = wanted ?? (await freePort());
  const [configFile, rulesFile] = [join(folder, "mosquitto.conf"), join(folder, RULES_FILE)];
  if (!existsSync(rulesFile)) writeFileSync(rulesFile, readFileSync(join(TEMPLATES, RULES_FILE)), { mode: 0o600 });
  const here: [string, string][] = [
    [`/var/lib/mosquitto/${RULES_FILE}`, rulesFile],
    ["listener 8883", `listener ${port} 127.0.0.1`],
    ["/etc/mosquitto/wardtwin/ca.pem", caFile],
    ["/etc/mosquitto/wardtwin/broker.pem", certFile],
    ["/etc/mosquitto/wardtwin/broker.key", keyFile],
  ];
  let text = readFileSync(join(TEMPLATES, "wardtwin.conf"), "utf8");
  for (const [there, own] of here) {
    if (!text.includes(there)) throw new Error(`infra/mosquitto/wardtwin.conf names no ${there}`);
    text = text.replaceAll(there, own);
  }
  // Started by root it would become another user, who may not read the folder of a test.
  writeFileSync(configFile, `user root\n${text}`);
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
