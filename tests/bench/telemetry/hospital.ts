/**
 * The hospital of the telemetry bench, all from one seed: gateways with devices that tell 20 metrics each, at irregular times
 * and with noise, so that nothing compresses better than it would on a ward. The product and the raw insert get the same.
 */
import type { DeviceSection, TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { type MetricName, OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";

export const SITE = "bench";
export const PROFILE = "puritan-bennett/840";
export const GATEWAYS = 40;
export const DEVICES_PER_GATEWAY = 25;

/** A metric's decimals, where it lies, and how far its noise reaches (one standard deviation), both in its last decimal. */
const NOISY: readonly (readonly [MetricName, number, number, number])[] = [
  ["respiratoryRatePerMin", 1, 160, 8],
  ["tidalVolumeExpiredMl", 0, 480, 12],
  ["tidalVolumeInspiredMl", 0, 500, 12],
  ["minuteVolumeExpiredLPerMin", 2, 760, 20],
  ["airwayPressurePeakCmH2O", 1, 240, 10],
  ["airwayPressureMeanCmH2O", 1, 110, 5],
  ["plateauPressureCmH2O", 1, 200, 6],
  ["peepCmH2O", 1, 52, 2],
  ["ieExpiratoryRatio", 1, 20, 3],
  ["inspiratoryTimeS", 2, 98, 4],
  ["complianceDynamicMlPerCmH2O", 1, 420, 30],
  ["resistanceDynamicCmH2OSPerL", 1, 110, 15],
  ["peakFlowInspiratoryLPerMin", 1, 520, 25],
  ["oxygenConcentrationPct", 1, 400, 8],
  ["leakPct", 1, 60, 10],
  ["deviceClockOffsetS", 2, 310, 40],
];
const WORDS: readonly MetricName[] = ["operatingState", "deviceLink", "batteryLowAlarm", "mainsPresent"];
export const METRICS: readonly MetricName[] = [...WORDS, ...NOISY.map(([metric]) => metric)];
export const READINGS_PER_SAMPLE = DEVICES_PER_GATEWAY * METRICS.length;

const SAMPLE_EVERY_MS = 1_000;
const JITTER_MS = 400;
/** The gateway measures its offset anew every 5 minutes, and finds it a little different. */
const SAMPLES_PER_OFFSET = 300;
const STATE_CHANGES = 1 / 600;
const [STANDBY, IN_USE] = [OPERATING_STATES.indexOf("standby"), OPERATING_STATES.indexOf("in-use")];

export const gatewayId = (gateway: number): string => `gw-${String(gateway).padStart(2, "0")}`;
export const deviceId = (gateway: number, device: number): string =>
  `${gatewayId(gateway)}-d${String(device).padStart(2, "0")}`;
const serialOf = (gateway: number, device: number) => deviceId(gateway, device).toUpperCase();

export const registry = {
  site: { id: SITE, name: "Bench", timeZone: "Europe/Zurich", simulated: false },
  wards: [{ id: "ward", name: "Ward", kind: "ward", floor: 1, order: 1 }],
  gateways: Array.from({ length: GATEWAYS }, (_, gateway) => ({
    id: gatewayId(gateway),
    name: gatewayId(gateway),
    ward: "ward",
  })),
  devices: Array.from({ length: GATEWAYS }, (_, gateway) =>
    Array.from({ length: DEVICES_PER_GATEWAY }, (_unused, device) => ({
      id: deviceId(gateway, device),
      kind: "ventilator",
      manufacturer: "Puritan Bennett",
      model: "840",
      serial: serialOf(gateway, device),
      ward: "ward",
      profile: PROFILE,
    })),
  ).flat(),
  bindings: [],
};

/** Numbers from 0 to 1 by mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const zeros = (count: number) => new Array<number>(count).fill(0);

interface Body {
  state: number;
  told: { state: number; atMonoMs: number } | null;
  /** How far each noisy metric has wandered from where it lies. */
  drift: number[];
}

/** One gateway's devices, sample after sample. */
export class Ward {
  readonly #gateway: number;
  readonly #startMs: number;
  readonly #chance: () => number;
  readonly #bodies: Body[];
  #sample = 0;

  /** @param startMs when the first sample is taken, epoch ms */
  constructor(seed: number, gateway: number, startMs: number) {
    this.#gateway = gateway;
    this.#startMs = startMs;
    this.#chance = mulberry32(seed * 1_000 + gateway);
    this.#bodies = Array.from({ length: DEVICES_PER_GATEWAY }, () => ({
      state: STANDBY,
      told: null,
      drift: zeros(NOISY.length),
    }));
  }

  #gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#chance())) * Math.cos(2 * Math.PI * this.#chance());
  }

  /** The next samples of every device, as one batch. */
  batch(samples: number): TelemetryBatch {
    const first = this.#sample;
    this.#sample += samples;
    const monoMs = 5_000_000 + this.#gateway * 7_777 + first * SAMPLE_EVERY_MS;
    const offsetMs = this.#startMs - 5_000_000 - this.#gateway * 7_777 + Math.floor(first / SAMPLES_PER_OFFSET) * 0.73;
    return {
      bootId: `boot-${this.#gateway}`,
      anchor: { monoMs: monoMs + samples * SAMPLE_EVERY_MS, wallMs: monoMs + samples * SAMPLE_EVERY_MS + offsetMs },
      cloudOffsetMs: offsetMs,
      simulated: false,
      devices: this.#bodies.map((body, device) => this.#section(body, device, monoMs, samples)),
    };
  }

  #section(body: Body, device: number, firstMonoMs: number, samples: number): DeviceSection {
    const timesMonoMs = Array.from({ length: samples }, (_, k) => {
      return firstMonoMs + k * SAMPLE_EVERY_MS + Math.floor(this.#chance() * JITTER_MS);
    });
    const states = Array.from({ length: samples }, () => {
      if (this.#chance() < STATE_CHANGES) body.state = body.state === STANDBY ? IN_USE : STANDBY;
      return body.state;
    });
    const previousState =
      body.told === null
        ? null
        : { state: OPERATING_STATES[body.told.state] ?? "unknown", atMonoMs: body.told.atMonoMs };
    body.told = { state: states.at(-1) ?? 0, atMonoMs: timesMonoMs.at(-1) ?? 0 };
    const words = [states, ...[1, 0, 1].map((value) => new Array<number>(samples).fill(value))];
    const noisy = NOISY.map(([, decimals, centre, spread], metric) =>
      this.#noise(body.drift, metric, samples, { decimals, centre, spread }),
    );
    return {
      subject: {
        line: `line-${device}`,
        unit: "1",
        profile: PROFILE,
        profileRevision: 1,
        identity: { manufacturer: "Puritan Bennett", model: "840", serial: serialOf(this.#gateway, device) },
      },
      previousState,
      groups: [
        {
          timesMonoMs,
          columns: METRICS.map((metric, index) => ({
            metric,
            values: words[index] ?? noisy[index - WORDS.length] ?? zeros(samples),
            qualities: zeros(samples),
          })),
        },
      ],
    };
  }

  #noise(
    drift: number[],
    metric: number,
    samples: number,
    { decimals, centre, spread }: { decimals: number; centre: number; spread: number },
  ): number[] {
    return Array.from({ length: samples }, () => {
      const wandered = (drift[metric] ?? 0) * 0.999 + this.#gauss() * spread * 0.05;
      drift[metric] = wandered;
      return Math.max(0, Math.round(centre + wandered + this.#gauss() * spread)) / 10 ** decimals;
    });
  }
}

/** How much is sent, and in what pieces. */
export interface Shape {
  name: "live" | "catch-up";
  samplesPerBatch: number;
  batchesPerGateway: number;
}

export const readingsOf = ({ samplesPerBatch, batchesPerGateway }: Shape): number =>
  GATEWAYS * READINGS_PER_SAMPLE * samplesPerBatch * batchesPerGateway;
