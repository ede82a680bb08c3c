/**
 * Hostile devices and hostile profiles: whatever answers, and whatever a profile is full of, what leaves a line is requests
 * that read. Each peer plays its part half of the time, so that a session gets as far as it can, and else says anything.
 */
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { parseProfile } from "@wardtwin/device-profiles/profile/parse-profile";
import { ASENA } from "@wardtwin/edge-agent/fuzz/asena.testing";
import { DEFIB_READY } from "@wardtwin/edge-agent/fuzz/defib-ready.testing";
import { MEDIBUS } from "@wardtwin/edge-agent/fuzz/medibus.testing";
import { MODBUS_RTU } from "@wardtwin/edge-agent/fuzz/modbus-rtu.testing";
import { ORCHESTRA } from "@wardtwin/edge-agent/fuzz/orchestra.testing";
import { SNDA, SNDF } from "@wardtwin/edge-agent/fuzz/puritan-bennett.testing";
import { parseLineUrl } from "@wardtwin/edge-agent/link/line-url";
import { startPeer } from "@wardtwin/edge-agent/link/peer.testing";
import { openReader } from "@wardtwin/edge-agent/reading/open-reader";
import { chanceOf, fuzzInput, type Material } from "@wardtwin/infra/test/fuzz-input";
import {
  CONTROL_COMMANDS,
  CONTROL_FRAMES,
  foreignBytes,
  orchestraFrame,
  rtuFrame,
} from "@wardtwin/infra/test/read-only";
import { expect, test } from "vitest";

const DEVICE_FOR_MS = 2_000;
const PROFILE_FOR_MS = 1_000;
/** A peer that says nothing costs the line this much, ms. */
const WAIT_MS = 15;

interface Part {
  profile: string;
  /** How a line's URL begins. */
  scheme: string;
  language: string;
  units: readonly string[];
  material: Material;
  /** What a device says to a request. */
  honest(asked: Buffer): string | Uint8Array;
}

const framer = ([subject]: readonly Material[]): Material => subject ?? { golden: [], words: [] };
const asenaReplies = framer(ASENA).golden.map((frame) => Buffer.from(frame).toString("latin1"));
const asena: Omit<Part, "profile" | "material"> = {
  scheme: "tcp",
  language: "alaris-asena",
  units: ["1"],
  honest: (asked) => {
    const command = asked.toString("latin1").split("|")[0];
    return asenaReplies.find((frame) => frame.startsWith(`${command}^`)) ?? "";
  },
};
const report = (of: readonly Material[]) => ({
  scheme: "tcp",
  language: "puritan-bennett",
  units: ["1"],
  material: framer(of),
  honest: () => framer(of).golden[0] ?? "",
});
const orchestra = {
  scheme: "tcp",
  language: "fresenius-orchestra",
  units: ["1", "2", "9"],
  material: framer(ORCHESTRA),
  honest: (asked: Buffer) =>
    asked
      .toString("latin1")
      .split("\x02")
      .flatMap((text) => [/^(\d)(DC|FC|LE;b|LE)/.exec(text) ?? []])
      .filter(({ length }) => length > 0)
      .map(([, slot, command]) =>
        orchestraFrame(`${slot}C${command === "LE;b" ? ";b03" : command === "LE" ? ";d0032;r3039;m1;e00;a0001" : ""}`),
      )
      .map((frame) => `\x06${frame}\x05`)
      .join(""),
};
const medibusFrames = framer(MEDIBUS).golden.map((frame) => Buffer.from(frame).toString("latin1"));
const medibus = {
  scheme: "tcp",
  language: "draeger-medibus",
  units: ["1"],
  material: framer(MEDIBUS),
  // A reply of the sheet's to each command; what the device asks of its own is among the hostile bytes.
  honest: (asked: Buffer) =>
    asked
      .toString("latin1")
      .split("\x1b")
      .slice(1)
      .map(([code]) => medibusFrames.findLast((frame) => frame.startsWith(`\x01${code}`)) ?? "")
      .join(""),
};
/** What a device says to a request of the protocol data unit that begins with the function code. */
function modbusReply(asked: Buffer): Buffer {
  const count = asked.length < 5 ? 0 : asked.readUInt16BE(3);
  const bytes = (asked[0] ?? 0) < 3 ? Math.ceil(count / 8) : 2 * count;
  return Buffer.concat([asked.subarray(0, 1), Buffer.from([bytes]), Buffer.alloc(bytes, 1)]);
}
const modbusTcp = {
  scheme: "modbus+tcp",
  language: "modbus-tcp",
  units: ["17", "18"],
  material: { golden: [Buffer.from("0001000000050402040100", "hex")], words: [Buffer.from([0x84, 0x02])] },
  honest: (asked: Buffer) => {
    const reply = modbusReply(asked.subarray(7));
    return Buffer.concat([asked.subarray(0, 4), Buffer.from([0, reply.length + 1]), asked.subarray(6, 7), reply]);
  },
};
const modbusRtu = {
  scheme: "tcp",
  language: "modbus-rtu",
  units: ["17", "18"],
  material: framer(MODBUS_RTU),
  honest: (asked: Buffer) => rtuFrame(Buffer.concat([asked.subarray(0, 1), modbusReply(asked.subarray(1))])),
};
const defibReady = {
  scheme: "tcp",
  language: "defib-ready",
  units: ["1"],
  material: framer(DEFIB_READY),
  honest: (asked: Buffer) => (asked.includes("RPT?") ? Buffer.concat(framer(DEFIB_READY).golden.slice(1)) : ""),
};
const PARTS: readonly Part[] = [
  { profile: "puritan-bennett/840", ...report(SNDF) },
  { profile: "puritan-bennett/840-snda", ...report(SNDA) },
  { profile: "alaris/asena-gh", ...asena, material: framer(ASENA) },
  { profile: "draeger/evita-v500", ...medibus },
  { profile: "fresenius/orchestra-module-dps", ...orchestra },
  { profile: "wardtwin-synthetic/defib-ready-1-serial", ...defibReady },
  { profile: "wardtwin-synthetic/defib-ready-1", ...modbusTcp },
  { profile: "wardtwin-synthetic/defib-ready-1", ...modbusRtu },
];

const latin1 = (said: string | Uint8Array) => (typeof said === "string" ? Buffer.from(said, "latin1") : said);

/** Every wait of a profile is short, so that a silent peer is given up at once; a pause is shorter, and a whole poll longer. */
function hasty(profile: Profile): Profile {
  const waitMs = (key: string) => (key === "gapMs" ? 1 : key === "pollMs" ? 10 * WAIT_MS : WAIT_MS);
  const hurried = (waits: object) =>
    Object.fromEntries(Object.entries(waits).map(([key, value]) => [key, /Ms$/.test(key) ? waitMs(key) : value]));
  const polls = Object.fromEntries(Object.entries(profile.polls).map(([name, poll]) => [name, hurried(poll)]));
  return Object.assign(structuredClone(profile), { wire: hurried(profile.wire), polls });
}

async function besiege(
  part: Part,
  profile: Profile,
  seed: number,
  forMs: number,
): Promise<{ reads: number; heard: Buffer }> {
  const chance = chanceOf(seed);
  const peer = await startPeer((socket, asked) => {
    const kind = chance();
    if (kind < 0.55) socket.write(latin1(part.honest(asked)));
    else if (kind < 0.9) socket.write(fuzzInput(part.material, chance));
    else if (kind < 0.95) socket.destroy();
  });
  // The links wait before they open again; a clock that runs ahead spares the waiting.
  let aheadMs = 0;
  const monoMs = () => Math.floor(performance.now()) + aheadMs;
  const clock = { monoMs, wallMs: () => 0, zoneOffsetMs: () => 0, bootId: "boot" };
  const address = parseLineUrl(`${part.scheme}://127.0.0.1:${peer.port}`);
  if (!address.ok) throw new Error(address.fault);
  const line = {
    id: "line",
    address: address.value,
    profile,
    units: part.units,
    credentials: null,
    serverCertificate: null,
  };
  const reader = openReader(line, { clock, log: openLog("silent"), pkiDir: "" });
  const startedMs = performance.now();
  let reads = 0;
  while (performance.now() - startedMs < forMs) {
    for (const unit of part.units) for (const poll of Object.keys(profile.polls)) await reader.read(unit, poll);
    reads++;
    aheadMs += 10_000;
  }
  await reader.close();
  await peer.stop();
  return { reads, heard: peer.heard() };
}

test.each(PARTS)(
  "what leaves to a hostile $profile on $scheme is requests that read",
  { timeout: 60_000 },
  async (part) => {
    const profile = CATALOG.get(part.profile);
    if (profile === undefined) throw new Error(`no profile ${part.profile}`);
    const seed = Math.floor(Math.random() * 2 ** 32);
    const { reads, heard } = await besiege(part, hasty(profile), seed, DEVICE_FOR_MS);
    process.stderr.write(`hostile ${part.profile}: seed ${seed}, ${reads} rounds, ${heard.length} bytes left\n`);
    expect(heard.length).toBeGreaterThan(50);
    expect(foreignBytes(part.language, heard)).toBeNull();
  },
);

/** A profile in which every text that the grammar lets be anything is a control command. */
function armed(profile: Profile): Profile {
  const copy: unknown = structuredClone(profile);
  const weapons = [...CONTROL_FRAMES, ...CONTROL_COMMANDS];
  let turn = 0;
  const visit = (object: unknown): void => {
    if (typeof object !== "object" || object === null) return;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value !== "string") visit(value);
      else {
        Reflect.set(object, key, weapons[turn++ % weapons.length]);
        if (!parseProfile(copy).ok) Reflect.set(object, key, value);
      }
    }
  };
  // Of many metrics a few are enough: each of the others has the same places.
  const { metrics, readiness, parts, calibrated, maintenance, ...rest } = Object(copy);
  visit(rest);
  visit(Object.fromEntries(Object.entries(metrics).slice(0, 5)));
  const parsed = parseProfile(copy);
  if (!parsed.ok) throw new Error(parsed.fault.reason);
  return parsed.value;
}

test.each(PARTS)(
  "a $profile on $scheme whose profile is full of control commands gets none of them",
  { timeout: 120_000 },
  async (part) => {
    const profile = CATALOG.get(part.profile);
    if (profile === undefined) throw new Error(`no profile ${part.profile}`);
    const hostile = armed(profile);
    expect(JSON.stringify(hostile)).not.toBe(JSON.stringify(profile));
    const { heard } = await besiege(part, hasty(hostile), 7, PROFILE_FOR_MS);
    expect(heard.length).toBeGreaterThan(0);
    expect(foreignBytes(part.language, heard)).toBeNull();
  },
);
