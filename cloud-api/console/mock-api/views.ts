/** The made-up hospital as the API would tell it. */
import type {
  ClassCount,
  History,
  MetricName,
  Notice,
  StateRibbon,
  TwinChip,
  Usage,
  WardMap,
  WardTile,
  WardView,
} from "../src/api/types.ts";
import type { MockTwin } from "./hospital.ts";
import { GATEWAYS, WARDS } from "./plan.ts";

const KINDS = ["defibrillator", "imaging", "infusion-pump", "medical-gas", "ventilator"] as const;

function classesOf(twins: readonly MockTwin[]): ClassCount[] {
  return KINDS.map((kind) => {
    const of = twins.filter((twin) => twin.kind === kind);
    const count = (word: string) => of.filter((twin) => twin.readiness.availability === word).length;
    return {
      kind,
      have: of.length,
      inUse: count("in-use"),
      ready: count("ready"),
      toVerify: count("to-verify"),
      blocked: count("blocked"),
      unknown: count("unknown"),
    };
  });
}

const chipOf = (twin: MockTwin): TwinChip => ({
  id: twin.id,
  kind: twin.kind,
  manufacturer: twin.manufacturer,
  model: twin.model,
  serial: twin.serial,
  assetNumber: twin.assetNumber,
  ward: twin.place.ward,
  availability: twin.readiness.availability,
  operating: twin.facts.operating.word,
  identityHold: twin.readiness.holds.find(({ kind }) => kind === "identity")?.reason ?? null,
  newestAt: twin.connectivity.values.newestAt,
});

function tileOf(ward: (typeof WARDS)[number], twins: readonly MockTwin[]): WardTile {
  const inside = twins.filter((twin) => twin.place.ward === ward.id);
  const times = inside.flatMap((twin) => twin.connectivity.values.newestAt ?? []).sort();
  return { ...ward, classes: classesOf(inside), asOf: times[0] ?? null };
}

const calls = (reason: string): boolean => reason === "not-as-expected" || reason === "unconfirmed";

function noticesOf(twins: readonly MockTwin[]): Notice[] {
  const held = (kind: string) =>
    twins.filter(({ readiness }) => readiness.holds.some((hold) => hold.kind === kind && calls(hold.reason))).length;
  const causes = (["fault", "self-test", "battery", "identity"] as const).map((cause) => ({
    cause,
    gateway: null,
    devices: held(cause),
  }));
  const silent = twins.filter(
    ({ connectivity }) => connectivity.device.state === "unreachable" && connectivity.gateway.state === "online",
  ).length;
  const behind = (id: string) => twins.filter(({ connectivity }) => connectivity.gateway.id === id).length;
  const offline = GATEWAYS.filter(({ online }) => !online).map(({ id }) => ({
    cause: "gateway-offline" as const,
    gateway: id,
    devices: behind(id),
  }));
  return [...offline, { cause: "device-unreachable" as const, gateway: null, devices: silent }, ...causes].filter(
    ({ devices }) => devices > 0,
  );
}

export const mapOf = (twins: readonly MockTwin[], at: string): WardMap => ({
  at,
  simulated: true,
  wards: WARDS.map((ward) => tileOf(ward, twins)),
  totals: classesOf(twins),
  notices: noticesOf(twins),
});

export function wardOf(id: string, twins: readonly MockTwin[], at: string): WardView | null {
  const ward = WARDS.find((it) => it.id === id);
  if (ward === undefined) return null;
  return { at, ward: tileOf(ward, twins), devices: twins.filter((twin) => twin.place.ward === id).map(chipOf) };
}

export function historyOf(twin: MockTwin, metric: MetricName, fromMs: number, toMs: number): History {
  const now = twin.metrics.find((it) => it.metric === metric);
  const mid = now?.value ?? 0;
  const minutes = Math.floor((toMs - fromMs) / 60_000);
  const points = Array.from({ length: minutes }, (_, i) => {
    const mean = mid * (1 + 0.03 * Math.sin(i / 5) + 0.02 * Math.sin(i * 1.7));
    return { at: new Date(fromMs + i * 60_000).toISOString(), count: 12, min: mean * 0.985, mean, max: mean * 1.02 };
  });
  return {
    device: twin.id,
    metric,
    ucum: now?.ucum ?? "1",
    step: "1min",
    points: points.filter((_, i) => i < 22 || i > 30).filter(() => twin.metrics.length > 0),
  };
}

export function ribbonOf(twin: MockTwin, days: number, nowMs: number): StateRibbon {
  const fromMs = nowMs - days * 86_400_000;
  const states = ["standby", "in-use", "off", "in-use", "standby", "in-use", "self-test"] as const;
  const stretches: StateRibbon["stretches"] = [];
  const seenDays = twin.kind === "ventilator" ? 24 : 0.7;
  let atMs = Math.max(fromMs, nowMs - seenDays * 86_400_000);
  for (let i = 0; atMs < nowMs && twin.metrics.length > 0; i += 1) {
    const state = states[i % states.length] ?? "off";
    const lengthMs = state === "self-test" ? 900_000 : (seenDays / 9) * (0.5 + ((i * 7) % 5) / 4) * 86_400_000;
    const toMs = Math.min(nowMs, atMs + lengthMs);
    if (i % 6 !== 4) stretches.push({ state, from: new Date(atMs).toISOString(), to: new Date(toMs).toISOString() });
    atMs = toMs;
  }
  return { device: twin.id, from: new Date(fromMs).toISOString(), to: new Date(nowMs).toISOString(), stretches };
}

export function usageOf(twin: MockTwin, nowMs: number): Usage {
  const none = twin.metrics.length === 0;
  const at = (days: number) => (none ? null : new Date(nowMs - days * 86_400_000).toISOString());
  return {
    device: twin.id,
    since: at(24),
    asOf: at(0.001),
    inUseH: none ? 0 : 312.4,
    standbyH: none ? 0 : 121.8,
    offH: none ? 0 : 88.1,
    selfTestH: none ? 0 : 1.5,
    unknownH: none ? 0 : 52.2,
  };
}
