import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { DEFAULT_COUNTS } from "./hospital/plan-hospital.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "wardtwin-main-"));
  closers.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

function start(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  closers.push(() => child.kill("SIGKILL"));
  const heard = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    heard.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    heard.err += text;
  });
  return { child, heard, ended: once(child, "close") };
}

async function startReady() {
  const running = start("--seed", "42", "--data-dir", await folder(), "--devices-per-kind", "1");
  const failed = running.ended.then(() => Promise.reject(new Error(`it ended: ${running.heard.err}`)));
  failed.catch(() => undefined);
  while (!running.heard.out.includes("\n")) {
    await Promise.race([once(running.child.stdout ?? running.child, "data"), failed]);
  }
  return running;
}

test("one JSON line says that the hospital is ready; SIGTERM ends it cleanly", async () => {
  const { child, heard, ended } = await startReady();
  const ready = JSON.parse(heard.out);
  expect(ready).toMatchObject({ event: "ready", hospital: { seed: 42, simulated: true } });
  expect(ready.hospital.devices).toHaveLength(Object.keys(DEFAULT_COUNTS).length);
  expect(heard.err).toContain("seed 42");
  expect((await fetch(`${ready.control}/hospital`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(heard.out.split("\n")).toHaveLength(2);
});

test("it ends when the process that started it lets go", async () => {
  const { child } = await startReady();
  // A child whose channel was closed from here never emits "close".
  const ended = once(child, "exit");
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});

test("it ends when its parent dies without a word", async () => {
  const command = `"${process.execPath}" "${MAIN}" --seed 42 --data-dir "${await folder()}" --devices-per-kind 1 & wait`;
  const shell = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "ignore"] });
  closers.push(() => shell.kill("SIGKILL"));
  await once(shell.stdout, "data");
  // The hospital alone still holds the pipe, and lets go of it when it ends.
  const ended = once(shell.stdout, "close");
  shell.stdout.resume();
  shell.kill("SIGKILL");
  await ended;
});

test("a bad argument, an unusable folder and a taken port are one sentence each and exit code 78", async () => {
  const dataDir = await folder();
  const file = join(dataDir, "file");
  await writeFile(file, "");
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  closers.push(() => holder.close());
  const taken = new URL(`tcp://127.0.0.1:${Object(holder.address()).port}`).port;
  const cases: [string[], string][] = [
    [["--data-dir", dataDir], "--seed is missing"],
    [["--seed", "7"], "--data-dir is missing"],
    [["--seed", "seven", "--data-dir", dataDir], '"seven"'],
    [["--seed", "7", "--data-dir", dataDir, "--patients", "9"], "--patients"],
    [["--seed", "7", "--data-dir", dataDir, "--devices-per-kind", "0"], "from 1 to 64"],
    [["--seed", "7", "--data-dir", file], file],
    [["--seed", "7", "--data-dir", dataDir, "--devices-per-kind", "1", "--control-port", taken], taken],
  ];
  for (const [args, reason] of cases) {
    const { heard, ended } = start(...args);
    expect(await ended).toEqual([78, null]);
    expect(heard.err).toContain(reason);
    const sentences = heard.err
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("Simulated hospital, seed"));
    expect(sentences).toHaveLength(1);
    expect(heard.out).toBe("");
  }
});
