/** What cannot start says why in one sentence, ends with EX_CONFIG, and shows no password. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startThrowAwayPostgres } from "@wardtwin/prisma/throw-away-postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, portOf } from "../support/ports.ts";
import { refused } from "../support/refused.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const EX_CONFIG = 78;
let database: Awaited<ReturnType<typeof startThrowAwayPostgres>>;
const folder = temporaryFolder();

beforeAll(async () => {
  database = await startThrowAwayPostgres();
}, 60_000);
afterAll(async () => {
  await database?.stop();
  removeFolder(folder);
});

test("a taken PORT is named, with what to set", async () => {
  const taken = createServer();
  const port = await portOf(taken);
  const { code, sentence } = await refused({ dataDir: folder, env: { PORT: String(port) } });
  taken.close();
  expect(sentence).toContain(`port ${port} on 127.0.0.1 is already in use; set PORT to a free port`);
  expect(code).toBe(EX_CONFIG);
});

test("a taken MQTT_PORT is named, with what to set", async () => {
  const taken = createServer();
  const port = await portOf(taken);
  const env = { DATABASE_URL: database.connectionString, MQTT_PORT: String(port) };
  const { code, sentence } = await refused({ dataDir: folder, env });
  taken.close();
  expect(sentence).toContain(`port ${port} on 127.0.0.1 is already in use; set MQTT_PORT to a free port`);
  expect(code).toBe(EX_CONFIG);
});

test("a data folder that is a file, or that the kernel makes, is refused by name", async () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  for (const dataDir of [file, "/proc/wardtwin"]) {
    const { code, sentence } = await refused({ dataDir });
    expect(sentence).toContain(`The data folder ${dataDir} cannot be written`);
    expect(sentence).toContain("set DATA_DIR to another folder");
    expect(code).toBe(EX_CONFIG);
  }
});

/** Tries all cases side by side, each on a data folder of its own. */
async function eachRefused<Case>(cases: readonly Case[], attempt: (one: Case, dataDir: string) => Promise<void>) {
  await Promise.all(cases.map((one) => attempt(one, mkdtempSync(join(folder, "case-")))));
}

const SECRET = "correct-horse-battery";

test("a wrong DATABASE_URL is one sentence without its password", async () => {
  const { port } = database;
  const closed = await freePort();
  const wrong: [url: string, word: RegExp][] = [
    [`postgres://wardtwin:${SECRET}@127.0.0.1:${port}/wardtwin`, /refuses the password of user wardtwin/],
    [`postgres://wardtwin:${SECRET}@127.0.0.1:${closed}/wardtwin`, /No database listens at/],
    [`postgres://wardtwin:${SECRET}@no-such-host.invalid/wardtwin`, /is not known here|cannot be used/],
    [database.connectionString.replace(/\/wardtwin$/, "/elsewhere"), /has no database elsewhere/],
    [`mysql://wardtwin:${SECRET}@127.0.0.1/wardtwin`, /DATABASE_URL starts with mysql:/],
    ["wherever", /DATABASE_URL/],
  ];
  await eachRefused(wrong, async ([url, word], dataDir) => {
    const { code, sentence, stderr } = await refused({ dataDir, env: { DATABASE_URL: url } });
    expect(sentence).toMatch(word);
    expect(stderr).not.toContain(SECRET);
    expect(code).toBe(EX_CONFIG);
  });
});

test("a wrong MQTT_URL or REDIS_URL is one sentence without its password", async () => {
  const closed = await freePort();
  const wrong: [name: string, url: string][] = [
    ["MQTT_URL", `mqtts://wardtwin:${SECRET}@127.0.0.1:${closed}`],
    ["MQTT_URL", `mqtt://wardtwin:${SECRET}@127.0.0.1:${closed}`],
    ["MQTT_URL", "wherever"],
    ["REDIS_URL", `redis://wardtwin:${SECRET}@127.0.0.1:${closed}`],
    ["REDIS_URL", `http://wardtwin:${SECRET}@127.0.0.1:${closed}`],
  ];
  await eachRefused(wrong, async ([name, url], dataDir) => {
    const env = { DATABASE_URL: database.connectionString, [name]: url };
    const { code, sentence, stderr } = await refused({ dataDir, env });
    expect(sentence).toContain(name);
    expect(stderr).not.toContain(SECRET);
    expect(code).toBe(EX_CONFIG);
  });
});

test("a profile of the hospital's own that is not sound is named with its file, the place in it and the reason", async () => {
  const own = mkdtempSync(join(folder, "own-"));
  writeFileSync(join(own, "dock.json"), JSON.stringify({ protocol: "modbus", id: "st-mary/dock" }));
  const env = { DATABASE_URL: database.connectionString, PROFILES_DIR: own };
  const { code, sentence } = await refused({ dataDir: mkdtempSync(join(folder, "case-")), env });
  expect(sentence).toContain(`${join(own, "dock.json")}`);
  expect(sentence).toMatch(/dock\.json( at \/\w+)?: /);
  expect(code).toBe(EX_CONFIG);
});

test("a refused start writes no password into its logs", () => {
  const logs = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".log"));
  expect(logs.length).toBeGreaterThan(5);
  for (const name of logs) expect(readFileSync(join(folder, name), "utf8")).not.toContain(SECRET);
});

test("settings and arguments that nobody knows are refused with what there is", async () => {
  const cases: [options: Parameters<typeof refused>[0], word: string][] = [
    [{ args: ["--demo"] }, '"--demo" is not known; npm start knows --no-demo'],
    [{ env: { PORT: "http" } }, 'PORT is "http", which is no port'],
    [{ args: ["--fresh"], env: { DATABASE_URL: database.connectionString } }, "--fresh does not empty the database"],
  ];
  for (const [options, word] of cases) {
    const { code, sentence } = await refused({ dataDir: folder, ...options });
    expect(sentence).toContain(word);
    expect(code).toBe(EX_CONFIG);
  }
});
