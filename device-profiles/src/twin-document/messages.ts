import Type, { type Static } from "typebox";

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
