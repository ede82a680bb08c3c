import Type, { type Static } from "typebox";
import { OPERATING_STATES } from "../vocabulary/metrics.ts";
import { BATCH_LIMITS } from "./batch.ts";

const Millis = Type.Number();
const Epoch = Type.Integer({ minimum: 1, maximum: 0xffff_ffff });
/** Sequences stay below 2^53, so that a JSON number carries them exactly. */
const Sequence = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** Made with each database, and with each one that is restored from a backup. */
const DatabaseId = Type.String({ minLength: 8, maxLength: 64 });

/** Retained, and left behind as the last will: is this gateway's MQTT session up. */
export const Presence = Type.Object({
  online: Type.Boolean(),
  agentVersion: Type.Optional(Type.String({ maxLength: 64 })),
});
export type Presence = Static<typeof Presence>;

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a gateway holds and what it had to give up: batches, as counted when it said so. */
export const OutboxCounts = Type.Object({
  waiting: Count,
  /** Kept for a cloud that may ask for them again. */
  acknowledged: Count,
  /** Passed over too often, kept for a person. */
  quarantined: Count,
  /** Dropped unacknowledged with this outbox, because no more fitted or they had waited too long. */
  dropped: Count,
  /** That no disk took, since the agent started. */
  lost: Count,
  /** Kept with fewer readings than were taken, with this outbox. */
  thinned: Count,
  /** Where anything waits: for how long the first of it has. */
  oldestWaitingMs: Type.Optional(Count),
});
export type OutboxCounts = Static<typeof OutboxCounts>;

/**
 * The first words of every connection, and every 5 minutes: which outbox speaks, and what its clocks read.
 * No batch is sent before the first Welcome of a connection.
 */
export const Hello = Type.Object({
  nonce: Type.String({ minLength: 8, maxLength: 64 }),
  /** Made once with the outbox file. A new outbox means that epochs were counted anew. */
  outboxId: Type.String({ minLength: 8, maxLength: 64 }),
  epoch: Epoch,
  bootId: Type.String({ minLength: 1, maxLength: 64 }),
  monoMs: Millis,
  wallMs: Millis,
  agentVersion: Type.String({ maxLength: 64 }),
  /** Agents of before do not count. */
  outbox: Type.Optional(OutboxCounts),
  /** The database that acknowledged what this outbox holds as acknowledged; absent before the first Welcome. */
  databaseId: Type.Optional(DatabaseId),
});
export type Hello = Static<typeof Hello>;

/** Both ends included. */
export const SequenceRange = Type.Tuple([Sequence, Sequence]);
export type SequenceRange = Static<typeof SequenceRange>;

/** What a database holds of one epoch of an outbox, in ascending order. */
export const HeldEpoch = Type.Object({ epoch: Epoch, ranges: Type.Array(SequenceRange, { maxItems: 3_000 }) });
export type HeldEpoch = Static<typeof HeldEpoch>;

/** The cloud's answer: its time, and the lowest epoch that this outbox may use. */
export const Welcome = Type.Object({
  nonce: Type.String(),
  cloudMs: Millis,
  epochMin: Epoch,
  /** The database behind this cloud. Clouds of before do not say. */
  databaseId: Type.Optional(DatabaseId),
  /**
   * Where the outbox knew another database, as after a restore: what this one holds, and so what it asks for. An epoch that is
   * not named is not held, or is held in too many pieces to say: all of it is to be sent again.
   */
  held: Type.Optional(Type.Array(HeldEpoch, { maxItems: 64 })),
});
export type Welcome = Static<typeof Welcome>;

/**
 * Exactly the sequences of one epoch that the cloud has committed, or has set aside for a reason it keeps.
 * The outbox lets go of those and no others.
 */
export const Acknowledgement = Type.Object({
  epoch: Epoch,
  committed: Type.Array(SequenceRange, { maxItems: 10_000 }),
  setAside: Type.Array(Type.Object({ range: SequenceRange, reason: Type.String({ maxLength: 200 }) }), {
    maxItems: 10_000,
  }),
});
export type Acknowledgement = Static<typeof Acknowledgement>;

const Text = Type.String({ maxLength: BATCH_LIMITS.textBytes });
const Named = Type.String({ minLength: 1, maxLength: BATCH_LIMITS.textBytes });

/** A device that names itself, as its gateway hears it at this moment. */
export const Sighting = Type.Object({
  line: Named,
  unit: Named,
  profile: Named,
  serial: Named,
  manufacturer: Type.Optional(Text),
  model: Type.Optional(Text),
  firmware: Type.Optional(Text),
  operatingState: Type.Enum([...OPERATING_STATES]),
  /** For how long it has answered here without a break, ms before now. */
  forMs: Count,
  /** When it last answered, ms before now. */
  agoMs: Count,
});
export type Sighting = Static<typeof Sighting>;

/** Devices in one report; a gateway with more says the others in the next. */
export const SIGHTINGS_MAX = 16;

/**
 * Devices that a gateway has met and that nobody has yet told it are its own. Said when it meets them, and again until the
 * answer is `bound`; their readings go on meanwhile.
 */
export const SightingReport = Type.Object({
  devices: Type.Array(Sighting, { minItems: 1, maxItems: SIGHTINGS_MAX }),
});
export type SightingReport = Static<typeof SightingReport>;

/**
 * What the cloud makes of a sighting: `bound` the device is this gateway's; `held` it is another's, until that one no longer
 * hears it; `conflict` another one hears it at the same time, and a person has to say which is right; `unregistered` no
 * device of the registry has this number. Readings of all but the first are kept apart.
 */
export const SIGHTING_VERDICTS = ["bound", "held", "conflict", "unregistered"] as const;
export type SightingVerdict = (typeof SIGHTING_VERDICTS)[number];

export const SightingAnswer = Type.Object({
  devices: Type.Array(
    Type.Object({
      line: Named,
      unit: Named,
      profile: Named,
      serial: Named,
      verdict: Type.Enum([...SIGHTING_VERDICTS]),
    }),
    { maxItems: SIGHTINGS_MAX },
  ),
});
export type SightingAnswer = Static<typeof SightingAnswer>;
