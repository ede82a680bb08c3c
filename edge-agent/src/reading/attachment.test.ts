import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import pumpRack from "@wardtwin/device-profiles/catalog/infusion-pump/pump-rack-1";
import type { Decoded } from "@wardtwin/device-profiles/codec/decoded";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import pino from "pino";
import { afterAll, expect, test } from "vitest";
import { type Attachment, attached } from "./attachment.ts";
import { Attachments } from "./attachments.ts";
import type { Outcome, ReadFault } from "./device.ts";

const profile = { ...defibReady, fingerprint: ["capacitorChargeCount"] as const };
const device = { line: "dock", unit: "17", profile };
const staleMs = profile.polls["status"]?.staleAfterMs ?? 0;

const answer = (change: Partial<Decoded> = {}): Outcome["result"] =>
  ok({
    identity: { firmware: "build 7" },
    operatingState: "standby",
    readings: [{ metric: "capacitorChargeCount", value: 298, quality: "good" }],
    ...change,
  });
const counted = (value: number, quality: "good" | "implausible" = "good"): Outcome["result"] =>
  answer({ readings: [{ metric: "capacitorChargeCount", value, quality }] });
const silence: Outcome["result"] = fail<ReadFault>("link.timeout");

/** The presences of a row of outcomes, each at its wall time. */
function presences(...steps: [wallMs: number, result: Outcome["result"]][]): (string | undefined)[] {
  let attachment: Attachment | null = null;
  let made = 0;
  return steps.map(([wallMs, result]) => {
    const outcome = { device, poll: "status", atMonoMs: wallMs, result };
    attachment = attached(attachment, outcome, { wallMs, newId: () => `presence ${++made}` });
    return attachment?.id;
  });
}

test("a device that goes on answering stays who it is; silence alone names nobody new", () => {
  expect(presences([0, silence], [5_000, answer()], [10_000, silence], [15_000, counted(299)])).toEqual([
    undefined,
    "presence 1",
    "presence 1",
    "presence 1",
  ]);
});

test.each([
  ["a break longer than its values stay fresh", staleMs + 1, answer()],
  ["another firmware", 5_000, answer({ identity: { firmware: "build 8" } })],
  ["a counter that runs backwards", 5_000, counted(297)],
  ["a clock that was set back", -1, answer()],
])("%s is another presence", (_, wallMs, result) => {
  expect(presences([0, answer()], [wallMs, result])).toEqual(["presence 1", "presence 2"]);
});

test("a place that was said to be vacant has another presence after it, however short that was", () => {
  const vacant: Outcome["result"] = fail<ReadFault>("codec.vacant");
  expect(presences([0, vacant], [1_000, answer()], [2_000, vacant], [3_000, silence], [4_000, answer()])).toEqual([
    undefined,
    "presence 1",
    "presence 1",
    "presence 1",
    "presence 2",
  ]);
});

test("a counter that cannot be believed, and an answer that says less, change nothing", () => {
  expect(presences([0, answer()], [5_000, counted(2, "implausible")], [10_000, answer({ identity: {} })])).toEqual([
    "presence 1",
    "presence 1",
    "presence 1",
  ]);
});

const folder = mkdtempSync(join(tmpdir(), "attachments-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a short restart of the agent breaks no presence, a long one does, and a device that names itself has none", () => {
  let wallMs = 1_000_000;
  const random = { unit: () => 0, id: () => `made at ${wallMs}` };
  const clock = { bootId: "b", monoMs: () => wallMs, wallMs: () => wallMs, zoneOffsetMs: () => 0 };
  const restarted = () => new Attachments(folder, { clock, random, log: pino({ level: "silent" }) });
  const after = (
    attachments: Attachments,
    by: typeof device | { line: string; unit: string; profile: typeof pumpRack },
  ) => attachments.after({ device: by, poll: "status", atMonoMs: wallMs, result: answer() });
  expect(after(restarted(), device)).toBe("made at 1000000");
  wallMs += staleMs;
  expect(after(restarted(), device)).toBe("made at 1000000");
  wallMs += staleMs + 1;
  expect(after(restarted(), device)).toBe(`made at ${wallMs}`);
  expect(after(restarted(), { line: "rack", unit: "1", profile: pumpRack })).toBeNull();
});
