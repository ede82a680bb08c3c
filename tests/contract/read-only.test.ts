/** Nothing that this agent can say to a device does more than read. infra/test/read-only.ts is what the sheets allow. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { parseProfile } from "@wardtwin/device-profiles/profile/parse-profile";
import { readConfig } from "@wardtwin/edge-agent/config";
import { ByteLink } from "@wardtwin/edge-agent/link/byte-link";
import { tcpStream } from "@wardtwin/edge-agent/link/open-stream";
import { startPeer } from "@wardtwin/edge-agent/link/peer.testing";
import { REQUESTS, requestBytes } from "@wardtwin/edge-agent/protocol/request";
import { CONTROL_COMMANDS, CONTROL_FRAMES, isReading, SERIAL_LANGUAGES } from "@wardtwin/infra/test/read-only";
import { afterAll, expect, test } from "vitest";
import { root } from "../support/house.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
afterAll(() => removeFolder(folder));

const languageOf = (name: string) => SERIAL_LANGUAGES.find((language) => name.startsWith(`${language}.`)) ?? "";
const call = (name: unknown): unknown => Reflect.apply(requestBytes, null, [name]);

test.each(Object.entries(REQUESTS))("%s is a request that its sheet calls reading", (name, frame) => {
  expect(languageOf(name), "a language without a sheet").not.toBe("");
  expect(isReading(languageOf(name), frame)).toBe(true);
  expect(Buffer.from(requestBytes(name as keyof typeof REQUESTS)).toString("latin1")).toBe(frame);
});

test("the list of requests is closed while the program runs, too", () => {
  expect(Object.isFrozen(REQUESTS)).toBe(true);
  expect(Reflect.set(REQUESTS, "alaris-asena.infusion", "!INF_STOP|CD57\r")).toBe(false);
  expect(Reflect.defineProperty(REQUESTS, "alaris-asena.stop", { value: "!INF_STOP|CD57\r" })).toBe(false);
});

test("no name yields a control command of any sheet", () => {
  const frames: readonly string[] = Object.values(REQUESTS);
  for (const command of [...CONTROL_FRAMES, ...CONTROL_COMMANDS]) {
    expect(frames).not.toContain(command);
    for (const language of ["", ...SERIAL_LANGUAGES.map((each) => `${each}.`)]) {
      expect(() => call(`${language}${command}`)).toThrow(/no request is called/);
    }
  }
  for (const name of ["toString", "__proto__", "constructor", Symbol.iterator, 0, null, undefined, ["SNDF\r"]]) {
    expect(() => call(name)).toThrow();
  }
});

test("a link that is handed a control command instead of a name sends nothing", async () => {
  const peer = await startPeer(() => {});
  const link = new ByteLink(tcpStream("127.0.0.1", peer.port), () => 0);
  const wait = { firstByteMs: 20, replyMs: 20 };
  await expect(link.ask("puritan-bennett.report", () => true, wait)).rejects.toMatchObject({ code: "link.timeout" });
  const hostile = CONTROL_FRAMES.flatMap((frame) => [frame, Buffer.from(frame, "latin1")]);
  for (const what of hostile) expect(() => Reflect.apply(link.tell, link, [what])).toThrow(/no request is called/);
  for (const what of hostile) {
    await expect(Reflect.apply(link.ask, link, [what, () => true, wait])).rejects.toThrow(/no request is called/);
  }
  link.close();
  await peer.stop();
  expect(peer.heard().toString("latin1")).toBe("SNDF\r");
});

/** Words under which somebody might try to hand bytes over. */
const KEYS = [
  "request",
  "requests",
  "command",
  "bytes",
  "send",
  "write",
  "template",
  "function",
  "functionCode",
  "value",
];

/** Every object in a value of JSON, by the way to it; of those that have the same keys in the same kind of place, one. */
function objectsIn(value: unknown): (readonly string[])[] {
  const shapes = new Map<string, readonly string[]>();
  const visit = (at: unknown, way: readonly string[]) => {
    if (typeof at !== "object" || at === null) return;
    const shape = JSON.stringify([way.length, isNaming(way.slice(0, -1)) ? way.at(-2) : way.at(-1), Object.keys(at)]);
    if (!Array.isArray(at) && !shapes.has(shape)) shapes.set(shape, way);
    for (const [key, inner] of Object.entries(at)) visit(inner, [...way, key]);
  };
  visit(value, []);
  return [...shapes.values()];
}

/** A copy of a value of JSON with one key more at the end of a way. */
function withKey(value: unknown, way: readonly string[], key: string, added: unknown): unknown {
  const copy = structuredClone(value);
  const object = way.reduce<unknown>((at, step) => Reflect.get(Object(at), step), copy);
  Reflect.set(Object(object), key, added);
  return copy;
}
/** Where a profile has names of its own choosing; that they leave nowhere is for read-only-hostile.test.ts to show. */
const isNaming = (way: readonly string[]) =>
  ["polls", "metrics", "words", "states", "codes"].includes(way.at(-1) ?? "");

test.each([...CATALOG])("no key of a profile like %s can carry bytes", { timeout: 120_000 }, (_, profile) => {
  let refused = 0;
  const places = objectsIn(profile).filter((each) => !isNaming(each));
  for (const [turn, way] of places.entries()) {
    const at = Object(way.reduce<unknown>((each, step) => Reflect.get(Object(each), step), profile));
    // All of them where a frame would be looked for first, one in turn elsewhere: what is refused is any key.
    const keys = way.length < 2 ? KEYS : KEYS.slice(turn % KEYS.length).slice(0, 1);
    for (const key of keys.filter((each) => !Object.hasOwn(at, each))) {
      const bytes = ["!INF_STOP|CD57\r", [0x11, 0x06], { bytes: "06" }][refused % 3];
      expect(parseProfile(withKey(profile, way, key, bytes)), `${way.join("/")}/${key}`).toMatchObject({ ok: false });
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(places.length);
});

test("no key of a gateway's configuration can carry bytes", () => {
  const dir = mkdtempSync(join(folder, "config-"));
  for (const name of ["gw.pem", "gw.key"]) writeFileSync(join(dir, name), name);
  const sound = {
    site: "st-mary",
    gateway: "gw-icu",
    simulated: true,
    dataDir: "data",
    mqtt: { host: "localhost", port: 8883, certFile: "gw.pem", keyFile: "gw.key", caFile: "gw.pem" },
    lines: [{ id: "p", url: "tcp://pump:4001", protocol: "alaris-asena", profile: "alaris/asena-gh", units: ["1"] }],
  };
  const read = (config: unknown) => {
    writeFileSync(join(dir, "agent.json"), JSON.stringify(config));
    return readConfig(join(dir, "agent.json"));
  };
  expect(read(sound).lines).toHaveLength(1);
  for (const way of objectsIn(sound)) {
    for (const key of KEYS) {
      expect(() => read(withKey(sound, way, key, "!INF_STOP|CD57\r"))).toThrow(/is no known setting/);
    }
  }
  const [line] = sound.lines;
  for (const command of CONTROL_COMMANDS) {
    for (const setting of [{ protocol: command }, { profile: command }, { url: command }]) {
      expect(() => read({ ...sound, lines: [{ ...line, ...setting }] }), JSON.stringify(setting)).toThrow();
    }
  }
});

test("what comes from the cloud has no way to a line", () => {
  const sources = ["uplink", "desired"].flatMap((room) => {
    const dir = join(root, "edge-agent", "src", room);
    return readdirSync(dir)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => join(dir, name));
  });
  const imports = sources.flatMap((name) =>
    [...readFileSync(name, "utf8").matchAll(/^import (?!type )[^;]*from "([^"]+)"/gm)].map(([, from = ""]) => from),
  );
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((from) => /\/(link|protocol|reading)\//.test(from))).toEqual([]);
});
