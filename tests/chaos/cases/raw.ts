import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { encodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import type { Random } from "@wardtwin/simulators/random";
import { eventually } from "../../support/eventually.ts";
import { chunkReadings } from "../../support/ledger.ts";
import { batchOf, frameOf, type RawGateway } from "../../support/raw-gateway.ts";
import type { RawCase, Round } from "../case.ts";
import type { ChaosHouse } from "../chaos-house.ts";
import { moment, shuffled } from "../moment.ts";
import type { RawPlace } from "../raw-places.ts";

const BATCHES = 24;
const SETTLED_WITHIN_MS = 30_000;
/** As an agent does with what nobody acknowledged. */
const TELL_AGAIN_MS = 10_000;
/** What `batchOf` says of an instant: a state, a link and an alarm. */
export const METRICS = 3;

export interface Told {
  place: RawPlace;
  epoch: number;
  /** Instants that were told, gateway's monotonic ms. */
  atMonoMs: Set<number>;
}

export const monoMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

/** What these gateways told in these epochs, and what the store holds of it. */
export async function reckon(
  house: ChaosHouse,
  told: readonly Told[],
  sinceMs: number,
  settledMs: number,
  lookBackMs = LOOK_BACK_MS,
): Promise<Round> {
  const devices = told.map(({ place }) => `${place.gateway}-vent`);
  const stored = await chunkReadings(house.databaseUrl, { devices, sinceMs: Date.now() - lookBackMs });
  const round = { ...NOTHING };
  for (const { place, epoch, atMonoMs } of told) {
    const rows = stored.filter((row) => row.gateway === place.gateway && row.epoch === epoch);
    const kept = new Set(rows.filter((row) => atMonoMs.has(row.monoMs)).map((row) => `${row.metric} ${row.monoMs}`));
    round.said += METRICS * atMonoMs.size;
    round.readings += rows.length;
    round.lost += METRICS * atMonoMs.size - kept.size;
    round.twice += rows.length - kept.size;
  }
  return { ...round, recoveryMs: settledMs - sinceMs };
}

const LOOK_BACK_MS = 120_000;
const NOTHING: Round = {
  said: 0,
  readings: 0,
  lost: 0,
  twice: 0,
  disordered: 0,
  excused: 0,
  recoveryMs: 0,
  liveAgeMs: 0,
  timeErrorMs: 0,
};

export const settled = (raw: RawGateway, epoch: number, sequences: readonly number[]) =>
  eventually(
    `acknowledgements of ${epoch}/${sequences.join()}`,
    () => sequences.every((sequence) => raw.verdictOf(epoch, sequence) !== null),
    SETTLED_WITHIN_MS,
  );

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export const DUPLICATES: RawCase = {
  on: "raw",
  name: "duplicates injected",
  round: async (house, random) => {
    const place = house.raw.alone.duplicates;
    const raw = await place.open();
    const epoch = place.nextEpoch();
    const startMonoMs = monoMs();
    const sequences = upTo(BATCHES);
    const at = (sequence: number) => startMonoMs + sequence;
    // Each frame is said one to four times, far from its own repeats or right behind them.
    const frames = sequences.flatMap((sequence) => {
      const frame = frameOf({ epoch, sequence }, batchOf({ serial: place.serial }, [at(sequence)], true));
      return Array.from({ length: random.integer(1, 4) }, () => frame);
    });
    const sinceMs = performance.now();
    await Promise.all(shuffled(frames, random).map((frame) => raw.say("telemetry", frame)));
    await settled(raw, epoch, sequences);
    const settledMs = performance.now();
    await raw.close();
    return reckon(house, [{ place, epoch, atMonoMs: new Set(sequences.map(at)) }], sinceMs, settledMs);
  },
};

/** A batch that cannot be taken in, each in a way of its own. */
function poison(epoch: number, sequence: number, serial: string, random: Random): Uint8Array {
  const header = { lane: "live", epoch, sequence } as const;
  const body = encodeBody(batchOf({ serial }, [monoMs()], true));
  return random.pick([
    () => encodeFrame({ ...header, compression: "zstd" }, new TextEncoder().encode("this is no zstd")),
    () => encodeFrame({ ...header, compression: "none" }, body.subarray(0, random.integer(1, body.length - 1))),
    () => encodeFrame({ ...header, compression: "none" }, new Uint8Array(random.integer(1, 2_000))),
  ])();
}

export const POISON: RawCase = {
  on: "raw",
  name: "a poisoned batch in the middle",
  round: async (house, random) => {
    const place = house.raw.alone.poison;
    const raw = await place.open();
    const epoch = place.nextEpoch();
    const startMonoMs = monoMs();
    const sequences = upTo(BATCHES);
    const at = (sequence: number) => startMonoMs + sequence;
    const bad = random.integer(2, BATCHES - 1);
    const frames = sequences.map((sequence) =>
      sequence === bad
        ? poison(epoch, sequence, place.serial, random)
        : frameOf({ epoch, sequence }, batchOf({ serial: place.serial }, [at(sequence)], true)),
    );
    const sinceMs = performance.now();
    await Promise.all(frames.map((frame) => raw.say("telemetry", frame)));
    await settled(raw, epoch, sequences);
    const settledMs = performance.now();
    if (raw.verdictOf(epoch, bad) === "committed") throw new Error(`the poisoned batch ${epoch}/${bad} was committed`);
    await raw.close();
    const good = sequences.filter((sequence) => sequence !== bad);
    return reckon(house, [{ place, epoch, atMonoMs: new Set(good.map(at)) }], sinceMs, settledMs);
  },
};

/** The instants that each gateway of the crowd tells before the link breaks, and after. */
const BEFORE = 2;
const AFTER = 2;

export const CROWD_RECONNECTS: RawCase = {
  on: "raw",
  name: "a crowd of gateways reconnects at once",
  round: async (house, random) => {
    const { crowd, link } = house.raw;
    const startMonoMs = monoMs();
    const at = (sequence: number) => startMonoMs + sequence;
    const epochs = new Map(crowd.map((place) => [place, place.nextEpoch()]));
    const sequences = upTo(BEFORE + AFTER);
    const tell = (place: RawPlace, raw: RawGateway, which: readonly number[]) =>
      which.map((sequence) =>
        raw.send({ epoch: epochs.get(place) ?? 0, sequence }, batchOf({ serial: place.serial }, [at(sequence)], true)),
      );
    const first = await Promise.all(crowd.map((place) => place.open()));
    // The link breaks while they speak, so that some words have arrived, some not, and some of the answers are lost.
    const speaking = crowd.flatMap((place, index) => {
      const raw = first[index];
      return raw === undefined ? [] : tell(place, raw, sequences.slice(0, BEFORE));
    });
    for (const word of speaking) word.catch(() => undefined);
    await moment(random, 0, 300);
    link.cut();
    await moment(random, 100, 500);
    link.mend();
    const sinceMs = performance.now();
    const second = await Promise.all(
      crowd.map(async (place) => {
        const raw = await place.open();
        await Promise.all(tell(place, raw, sequences));
        const again = setInterval(() => void Promise.allSettled(tell(place, raw, sequences)), TELL_AGAIN_MS);
        await settled(raw, epochs.get(place) ?? 0, sequences).finally(() => clearInterval(again));
        return raw;
      }),
    );
    const settledMs = performance.now();
    await Promise.all([...first, ...second].map((raw) => raw.close()));
    const atMonoMs = new Set(sequences.map(at));
    return reckon(
      house,
      crowd.map((place) => ({ place, epoch: epochs.get(place) ?? 0, atMonoMs })),
      sinceMs,
      settledMs,
    );
  },
};
