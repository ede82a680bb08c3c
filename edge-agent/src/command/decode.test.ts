import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { isMetricName, METRICS } from "@wardtwin/device-profiles/vocabulary/metrics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDecoder, whyUnheard } from "../reading/open-decoder.ts";
import { CommandError } from "./command-error.ts";
import { decode } from "./decode.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const ventilator = Buffer.from(fixture("puritan-bennett-840.in-use.hex").replaceAll("\n", ""), "hex");
const clock = { monoMs: () => 0, wallMs: () => 0, zoneOffsetMs: () => 0, bootId: "boot" };

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-decode-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Line {
  at: number;
  bytes?: number;
  fault?: string;
  metric?: string;
  [field: string]: unknown;
}

/** What decode writes for bytes on its standard input, or for a file. */
async function lines(profile: string, input: Uint8Array | string, isHex = false, at = clock): Promise<Line[]> {
  const stdout = new PassThrough();
  const options = { profile, profilesDir: undefined, isHex, file: typeof input === "string" ? input : null };
  const written = stdout.toArray();
  await decode(options, { stdin: Readable.from(typeof input === "string" ? [] : [input]), stdout }, at);
  stdout.end();
  const text = Buffer.concat(await written).toString();
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
const refusal = (profile: string, file: string, isHex = false): Promise<CommandError> =>
  lines(profile, file, isHex).then(
    () => Promise.reject(new Error("it was read")),
    (error: unknown) => (error instanceof CommandError ? error : Promise.reject(error)),
  );

test("a capture is a line for each reading, with the place of its frame and the device's own words", async () => {
  const told = await lines("puritan-bennett/840", Buffer.concat([Buffer.from("~~"), ventilator, ventilator]));
  expect(told[0]).toEqual({ at: 0, bytes: 2, fault: "frame.noise", sentence: "2 bytes: bytes outside any frame" });
  expect(told[1]).toEqual({
    at: 2,
    unit: "1",
    identity: JSON.parse(fixture("puritan-bennett-840.in-use.json")).identity,
  });
  expect(told).toContainEqual({
    at: 2 + ventilator.length,
    unit: "1",
    metric: "tidalVolumeSetMl",
    value: 450,
    ucum: "mL",
    quality: "good",
    told: "0.45",
    deviceUcum: "L",
  });
  expect(told).toContainEqual(expect.objectContaining({ at: 2, metric: "operatingState", word: "in-use" }));
  expect(told.filter(({ identity }) => identity !== undefined)).toHaveLength(1);
});

test.each([...CATALOG])(
  "what is told of %s is in the vocabulary's units, whatever the stream holds",
  async (id, profile) => {
    const decoder = openDecoder(profile, { clock });
    expect(decoder === null).toBe(whyUnheard(profile.protocol) !== null);
    if (decoder === null) return expect((await refusal(id, "-")).exitCode).toBe(64);
    const hex = join(
      fileURLToPath(new URL("../../../device-profiles/fixtures", import.meta.url)),
      "alaris-asena-gh.in-use.hex",
    );
    for (const told of await lines(id, hex, true)) {
      if (told.metric === undefined) continue;
      expect(isMetricName(told.metric) && METRICS[told.metric].ucum).toBe(told["ucum"]);
    }
  },
);

test("clinical alarms are a number at the end, and none of them has a name", async () => {
  const told = await lines(
    "alaris/asena-gh",
    Buffer.from(
      "!ALARM^AL_OCCLU^OCCLUSION^|664D\r!ALARM^AL_OCCLU^OCCLUSION^|664D\r!ALARM^AL_NOALM^ ^ |C73B\r!ALARM^AL_OCCLU^OCCLUSION^|664D\r",
    ),
  );
  expect(told.at(-1)).toEqual({ clinicalAlarms: 2, sentence: "clinical alarms are counted, not shown" });
  expect(JSON.stringify(told)).not.toMatch(/occlu|AlarmsPerH/i);
});

test("nothing that tells of a person's body, and nothing of a clock at some other time, is told", async () => {
  const begin = ventilator.indexOf(2) + 1;
  const fields = ventilator.toString("latin1", begin, ventilator.indexOf(3)).split(",");
  const body = fields.map((field, index) => (index + 5 === 60 ? "61.73 " : field)).join(",");
  const told = await lines("puritan-bennett/840", Buffer.from(`MISCF,1225,169 ,\x02${body}\x03\r`, "latin1"));
  expect(told.length).toBeGreaterThan(20);
  expect(JSON.stringify(told)).not.toMatch(/61\.73|ClockOffset/);
});

test.each([...CATALOG].filter(([, { protocol }]) => whyUnheard(protocol) === null))(
  "a capture of %s says the same whenever it is read",
  async (id) => {
    const fixtures = fileURLToPath(new URL("../../../device-profiles/fixtures", import.meta.url));
    for (const name of readdirSync(fixtures).filter((each) => each.endsWith(".hex"))) {
      const now = await lines(id, join(fixtures, name), true);
      expect(await lines(id, join(fixtures, name), true, { ...clock, wallMs: () => 1e12 })).toEqual(now);
    }
  },
);

test("a dump in hexadecimal digits is the same stream, and a broken one is exit code 65", async () => {
  const file = join(dir, "dump.txt");
  writeFileSync(file, `# captured at the bench\n${ventilator.toString("hex").replace(/(.{2})/g, "$1 ")}\n`);
  expect(await lines("puritan-bennett/840", file, true)).toEqual(await lines("puritan-bennett/840", ventilator));
  writeFileSync(file, "4D 4\n");
  const broken = await refusal("puritan-bennett/840", file, true);
  expect([broken.exitCode, broken.message]).toEqual([65, `${file}, line 1: "4" is not pairs of hexadecimal digits`]);
  const none = await refusal("puritan-bennett/840", join(dir, "none"));
  expect([none.exitCode, none.message]).toEqual([65, `${join(dir, "none")} cannot be read (ENOENT)`]);
});

test("a stream of any length is read piece by piece, as fast as its lines are taken", async () => {
  const piece = Buffer.concat([Buffer.alloc(2_000, "~"), ventilator]);
  let given = 0;
  function* stream() {
    for (; given < 1_000; given++) yield piece;
  }
  let heldMax = 0;
  let count = 0;
  const stdout = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      heldMax = Math.max(heldMax, chunk.length);
      count += chunk.toString().split("\n").length - 1;
      setImmediate(done);
    },
  });
  const options = { profile: "puritan-bennett/840", profilesDir: undefined, isHex: false, file: null };
  const before = process.memoryUsage().rss;
  await decode(options, { stdin: Readable.from(stream()), stdout }, clock);
  expect(given).toBe(1_000);
  expect(count).toBeGreaterThan(1_000 * 20);
  // The lines of one piece are written at once, and no more.
  expect(heldMax).toBeLessThan(100_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
}, 60_000);

test("who has read enough may leave, as head does", async () => {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "decode", "--profile", "puritan-bennett/840"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
  });
  child.stdin.on("error", () => {});
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdout.once("data", () => child.stdout.destroy());
  const feed = setInterval(() => child.stdin.write(ventilator), 5);
  expect(await ended).toBe(0);
  clearInterval(feed);
  expect(stderr).toBe("");
});
