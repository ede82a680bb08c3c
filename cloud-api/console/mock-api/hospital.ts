/** A small made-up hospital for looking at pages without a server. Development only; nothing of it is shipped. */
import { isMetricName, METRICS } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { DeviceKind, MetricName, TwinMetric, TwinView } from "../src/api/types.ts";
import { GATEWAYS, HOLD, MODEL, PLANS, SCENARIO, type Scenario, type Told, WARDS } from "./plan.ts";
import { toldOf, VALUES } from "./values.ts";

export const isMetric = (name: string): name is MetricName => isMetricName(name);

interface Planned {
  ward: string;
  kind: DeviceKind;
  scenario: Scenario;
  n: number;
}

export interface MockTwin extends TwinView {
  planned: Planned;
}

export function makeTwins(nowMs: number): MockTwin[] {
  const serial = { ventilator: 40, "infusion-pump": 100, defibrillator: 200, imaging: 300, "medical-gas": 400 };
  return PLANS.flatMap(({ ward, kind, states }) =>
    states.map((scenario) => makeTwin({ ward, kind, scenario, n: ++serial[kind] }, nowMs)),
  );
}

export function makeTwin(planned: Planned, nowMs: number): MockTwin {
  const { ward, kind, scenario, n } = planned;
  const model = MODEL[kind];
  const told = SCENARIO[scenario];
  const ago = (min: number) => new Date(nowMs - min * 60_000).toISOString();
  const at = told.silentMin === null ? null : ago(told.silentMin);
  const gateway = GATEWAYS[ward === "store" || ward === "workshop" ? 2 : ward.startsWith("icu") ? 0 : 1];
  const firmware = scenario === "unverified" ? "5.00" : model.firmware;
  return {
    planned,
    id: `${model.prefix}-${n}`,
    version: 1,
    at: ago(0),
    kind,
    manufacturer: model.manufacturer,
    model: model.model,
    serial: `SIM${35_000 + n * 17}`,
    assetNumber: n % 7 === 0 ? null : `${model.prefix.toUpperCase()}-${1000 + n}`,
    firmware,
    simulated: true,
    identity: identityOf(planned, gateway.id, ago),
    profile: {
      id: model.profile,
      revision: 3,
      evidence: { level: model.level, note: model.note },
      notKnown: [...model.notKnown],
      firmware: scenario === "unverified" ? "unverified" : firmware === null ? "not-told" : "verified",
    },
    place: {
      ward,
      wardName: WARDS.find(({ id }) => id === ward)?.name ?? ward,
      knownBy: "registry",
      since: ago(60 * 24 * 31),
    },
    facts: factsOf(told, at, ago),
    readiness: {
      availability: told.availability,
      because: told.because,
      freeAt: scenario === "standby" ? ago(-19) : null,
      holds: (HOLD[scenario] ?? []).map((hold) => ({ ...hold, at })),
    },
    connectivity: connectivityOf(gateway, told, at, ago),
    metrics: at === null ? [] : metricsOf(kind, scenario, at, told),
  };
}

function identityOf({ kind, scenario, n }: Planned, gateway: string, ago: Ago): TwinView["identity"] {
  const { strength } = MODEL[kind];
  const place = { gateway, line: "dock", unit: `${n - 190}` };
  return {
    strength,
    confirmed: SCENARIO[scenario].silentMin === null || strength !== "self" ? null : scenario !== "stranger",
    unconfirmed: scenario === "unconfirmed" ? { ...place, since: ago(5) } : null,
    conflict: null,
  };
}

type Ago = (min: number) => string;

function factsOf(told: Told, at: string | null, ago: Ago): TwinView["facts"] {
  return {
    operating: {
      word: told.operating,
      since: at === null ? null : ago(told.silentMin === 0 ? 134 : 300),
      at,
      source: at === null || told.operating === "unknown" ? null : "wire",
    },
    service: { word: "in-service", since: ago(60 * 24 * 400), at: ago(60 * 24 * 2), source: "registry" },
    hygiene: { word: "unknown", since: null, at: null, source: null },
    custody: { word: "unknown", since: null, at: null, source: null },
    power: {
      word: at === null ? "unknown" : "mains",
      since: at === null ? null : ago(900),
      at,
      source: at === null ? null : "wire",
    },
  };
}

function connectivityOf(
  gateway: (typeof GATEWAYS)[number],
  told: Told,
  at: string | null,
  ago: Ago,
): TwinView["connectivity"] {
  return {
    gateway: {
      id: gateway.id,
      name: gateway.name,
      state: gateway.online ? "online" : "offline",
      since: ago(gateway.online ? 4_000 : 47),
    },
    device: {
      state: told.silentMin === null ? "unknown" : told.silentMin > 0 ? "unreachable" : "connected",
      since: at === null ? null : ago(told.silentMin === 0 ? 4_000 : (told.silentMin ?? 0)),
    },
    values: {
      newestAt: at,
      oldestAt: at === null ? null : ago((told.silentMin ?? 0) + 4),
      stale: (told.silentMin ?? 0) > 0,
    },
  };
}

function metricsOf(kind: DeviceKind, scenario: Scenario, at: string, told: Told): TwinMetric[] {
  return Object.entries(VALUES[kind]).flatMap(([metric, value]) => {
    if (!isMetric(metric)) return [];
    const term = METRICS[metric];
    const codes: readonly string[] = "codes" in term ? term.codes : [];
    const held = HOLD[scenario]?.find((hold) => hold.metric === metric)?.value;
    const shown =
      metric === "operatingState"
        ? ["unknown", "off", "standby", "in-use", "self-test"].indexOf(told.operating)
        : (held ?? value);
    const silent = (told.silentMin ?? 0) > 0;
    return {
      metric,
      value: shown,
      word: codes[shown] ?? null,
      ucum: term.ucum,
      asTold: toldOf(kind, term.ucum, shown),
      category: term.category,
      origin: term.origin,
      quality: silent ? "stale" : metric === "deviceClockOffsetS" ? "implausible" : "good",
      at,
    };
  });
}
