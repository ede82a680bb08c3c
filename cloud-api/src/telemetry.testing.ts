import type { DeviceSection, Group, TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { encodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { type MetricName, OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Arrival } from "./arrival/rules.ts";
import type { TakeUp } from "./fleet/binding-store.ts";
import type { RegistryImport } from "./fleet/schema.ts";
import { FleetStore } from "./fleet/store.ts";
import { ObservationStore } from "./observation/store.ts";
import type { Database } from "./platform/database.ts";
import { heldReadingsOf } from "./worker.ts";

/** Noon of a day, so that a test chooses for itself whether it crosses midnight. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12);
export const SITE = "hospital";
export const GATEWAYS = ["gw-a", "gw-b"] as const;
export const DEVICES = ["vent-1", "vent-2", "vent-3"] as const;
const PROFILE = "puritan-bennett/840";

export const REGISTRY: RegistryImport = {
  site: { id: SITE, name: "Hospital", timeZone: "Europe/Zurich", simulated: false },
  wards: [{ id: "icu", name: "ICU", kind: "ward", floor: 1, order: 1 }],
  gateways: GATEWAYS.map((id) => ({ id, name: id, ward: "icu" })),
  devices: DEVICES.map((id) => ({
    id,
    kind: "ventilator",
    manufacturer: "Puritan Bennett",
    model: "840",
    serial: id,
    ward: "icu",
    profile: PROFILE,
  })),
  bindings: [],
};

/** What one poll saw. */
export interface Look {
  monoMs: number;
  state: OperatingState;
  /** Battery charge in percent; a whole number, so that sums are exact. */
  chargePct?: number;
}

const column = (metric: MetricName, values: readonly number[]) => ({
  metric,
  values,
  qualities: new Array<number>(values.length).fill(0),
});

export function sectionOf(device: string, looks: readonly Look[], previous: Look | null = null): DeviceSection {
  const group: Group = {
    timesMonoMs: looks.map(({ monoMs }) => monoMs),
    columns: [
      column(
        "operatingState",
        looks.map(({ state }) => OPERATING_STATES.indexOf(state)),
      ),
      column(
        "deviceLink",
        looks.map(() => 1),
      ),
      column(
        "batteryChargePct",
        looks.map(({ chargePct = 80 }) => chargePct),
      ),
    ],
  };
  return {
    subject: { line: "line", unit: device, profile: PROFILE, profileRevision: 1, identity: { serial: device } },
    previousState: previous === null ? null : { state: previous.state, atMonoMs: previous.monoMs },
    groups: [group],
  };
}

interface Sent {
  gateway?: string;
  epoch?: number;
  sequence: number;
  devices: DeviceSection[];
  batch?: Partial<TelemetryBatch>;
}

/** A batch as it comes off the wire; monotonic time 0 is NOON_MS. */
export function arrivalOf({ gateway = "gw-a", epoch = 1, sequence, devices, batch }: Sent): Arrival {
  const header = { lane: "live", compression: "none", epoch, sequence } as const;
  const anchor = { monoMs: 0, wallMs: NOON_MS };
  const body = encodeBody({ bootId: "boot", anchor, cloudOffsetMs: NOON_MS, simulated: false, devices, ...batch });
  return arrivalWith(gateway, header, body);
}

export function arrivalWith(gatewayId: string, header: Arrival["header"], body: Uint8Array): Arrival {
  const message = encodeFrame(header, body);
  return { siteId: SITE, gatewayId, header, body, message, receivedAtMs: NOON_MS + 60_000 };
}

/** Gives a device what was held of it, on a database of a test. */
export const takeUpOn = (db: Database): TakeUp =>
  heldReadingsOf({ observations: new ObservationStore(db), clock: { nowMs: () => NOON_MS } }).takeUp;

export const importRegistry = (db: Database) => new FleetStore(db, takeUpOn(db)).import(REGISTRY);

/** Everything that arrivals leave behind. */
const TOLD = [
  "gateway_epoch",
  "gateway_outbox",
  "gateway_boot",
  "set_aside_batch",
  "set_aside_part",
  "device_sighting",
  "binding_past",
  "twin",
  "twin_metrics",
  "state_span",
  "usage_day",
  "event_outbox",
  "telemetry.chunk",
  "telemetry.batch",
  "telemetry.device_minute",
];

/** The registry stays; what was told is forgotten. */
export async function forgetTold({ pool }: Database): Promise<void> {
  await pool.query(`truncate ${TOLD.join(", ")}`);
  await pool.query("insert into twin (device_id) select id from device");
}
