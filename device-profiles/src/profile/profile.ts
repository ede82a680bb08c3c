import Type, { type Static, type TSchema } from "typebox";
import { DEVICE_KIND_NAMES } from "../vocabulary/device-kind.ts";
import { IDENTITY_STRENGTHS } from "../vocabulary/identity.ts";
import { METRIC_NAMES, type MetricName, OPERATING_STATES } from "../vocabulary/metrics.ts";

/** The grammar has no free places: a key that it does not know is told by its path. */
export const strict = { additionalProperties: false } as const;

/** A value that nobody changes, to its depth. */
type Frozen<Value> = Value extends object ? { readonly [Key in keyof Value]: Frozen<Value[Key]> } : Value;
/** The type of what a schema describes. */
export type Of<Schema extends TSchema> = Frozen<Static<Schema>>;

const Text = Type.String({ minLength: 1, maxLength: 600 });
export const Metric = Type.Enum([...METRIC_NAMES]);
export const State = Type.Enum([...OPERATING_STATES]);
const Positive = Type.Number({ exclusiveMinimum: 0 });
export const Whole = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
export const WaitMs = Type.Integer({ minimum: 1, maximum: 60_000 });
export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/**
 * What a profile rests on: `vendor-document` the maker's own paper; `field-capture` frames seen on real devices;
 * `inferred` from related devices; `synthetic` invented by us and spoken by our simulator alone.
 */
export const EVIDENCE_LEVELS = ["vendor-document", "field-capture", "inferred", "synthetic"] as const;
export type EvidenceLevel = (typeof EVIDENCE_LEVELS)[number];

/** What must be freshly known before a device of this profile may be called ready; anything missing counts against it. */
export const ReadinessEvidence = Type.Object(
  {
    metric: Metric,
    /** Seconds after which the value no longer counts as known. */
    freshForS: Positive,
    /** The words, or the range, that speak for readiness. */
    expect: Type.Union([
      Type.Object({ words: Type.Array(Text, { minItems: 1 }) }, strict),
      Type.Object({ min: Type.Optional(Type.Number()), max: Type.Optional(Type.Number()) }, strict),
    ]),
    /** The hold that stands while it is not as expected. */
    hold: Type.Enum(["fault", "self-test", "battery"]),
    /** The wire never tells it, so that no device of this profile is ever ready on its own word. */
    untold: Type.Optional(Type.Literal(true)),
    source: Text,
  },
  strict,
);
export type ReadinessEvidence = Of<typeof ReadinessEvidence>;

/** What every protocol says of a metric: which poll brings it, and what to believe of it. */
export const mapping = {
  poll: Type.String({ minLength: 1, maxLength: 40 }),
  /** In the metric's canonical unit, both ends included; a value outside is kept and marked implausible. */
  valid: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
  /** In the metric's canonical unit: a change of no more than this is not worth a message of its own. Default 0. */
  deadBand: Type.Optional(Type.Number({ minimum: 0 })),
  /** Canonical unit for one unit of the device, e.g. 1.01972 from mbar to cm[H2O]. Default 1. */
  scale: Type.Optional(Type.Number()),
  /** The device's own unit in UCUM, where it is not the canonical one. */
  deviceUcum: Type.Optional(Text),
};
const MetricMapping = Type.Object(mapping);
export type MetricMapping = Of<typeof MetricMapping>;

/** Mappings by metric name; that each name is a known one is a law, so that the sentence can name it. */
export const metricsOf = <Schema extends TSchema>(schema: Schema) =>
  Type.Unsafe<Readonly<Partial<Record<MetricName, Static<Schema>>>>>(Type.Record(Type.String(), schema));
export const pollsOf = <Schema extends TSchema>(schema: Schema) =>
  Type.Unsafe<Readonly<Record<string, Static<Schema>>>>(Type.Record(Type.String(), schema, { minProperties: 1 }));

/** How often a poll is due, and after what time its values are stale. */
export const timing = {
  everyMs: Type.Integer({ minimum: 1, maximum: 86_400_000 }),
  staleAfterMs: Type.Integer({ minimum: 1, maximum: 604_800_000 }),
  /** Of the polls that are due, the one with the lowest number goes first: identity and state before trends. Default 0. */
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
};
export const PollTiming = Type.Object(timing, strict);
export type PollTiming = Of<typeof PollTiming>;

/** How a serial line is set unless its URL says otherwise, and what its modem lines are put to: null leaves them as they are. */
export const SerialLine = Type.Object(
  {
    baudRate: Type.Integer({ minimum: 300, maximum: 921_600 }),
    dataBits: Type.Enum([7, 8]),
    parity: Type.Enum(["none", "even", "odd"]),
    stopBits: Type.Enum([1, 2]),
    dtr: orNull(Type.Boolean()),
    rts: orNull(Type.Boolean()),
    hangUpOnClose: Type.Boolean(),
  },
  strict,
);
export type SerialLine = Of<typeof SerialLine>;

/** A value of maintenance with where it comes from: a maker's paper, a standard, a site's policy. */
const sourced = (ucum: readonly [string, ...string[]]) =>
  Type.Object({ value: Positive, ucum: Type.Enum([...ucum]), source: Text }, strict);
const Id = Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 60 });

/** A part that wears, what wears it, and the life that its maker or its class promises; null where nobody does. */
export const WearPart = Type.Object(
  {
    id: Id,
    name: Text,
    /** A counter of the device, or a clock that the twin keeps: hours in use, hours switched on, the calendar. */
    usage: Type.Union([
      Type.Object({ metric: Metric }, strict),
      Type.Object({ clock: Type.Enum(["in-use", "powered", "calendar"]) }, strict),
    ]),
    life: orNull(sourced(["h", "1", "mo"])),
    /** The metric that shows the wear, where one does. */
    shownBy: Type.Array(Metric),
    /** The part bears a serial number of its own, so that its history follows it from device to device. */
    ownSerial: Type.Boolean(),
  },
  strict,
);
export type WearPart = Of<typeof WearPart>;

/**
 * A quantity that is calibrated, and how far it may be off at a set-point: `sum` is relative·|set| + absolute, `larger` the
 * larger of relative·|set| and absolute. `relative` is a share, `absolute` in the quantity's unit.
 */
export const CalibratedQuantity = Type.Object(
  {
    id: Id,
    name: Text,
    ucum: Text,
    set: orNull(Metric),
    delivered: orNull(Metric),
    tolerance: Type.Object(
      {
        rule: Type.Enum(["sum", "larger"]),
        relative: Type.Number({ minimum: 0 }),
        absolute: Type.Number({ minimum: 0 }),
        source: Text,
      },
      strict,
    ),
    interval: orNull(sourced(["mo"])),
  },
  strict,
);
export type CalibratedQuantity = Of<typeof CalibratedQuantity>;

/** A task of planned maintenance: due at the first of its triggers. */
export const MaintenanceTask = Type.Object(
  { id: Id, name: Text, every: Type.Array(sourced(["h", "mo", "1"]), { minItems: 1, maxItems: 3 }) },
  strict,
);
export type MaintenanceTask = Of<typeof MaintenanceTask>;

/**
 * Delivered less set, computed at the gateway: a share of the set value in % where the metric's unit is %, else the
 * difference. `deadBand` is as of any other metric.
 */
const Residual = Type.Object(
  { metric: Metric, delivered: Metric, set: Metric, deadBand: Type.Optional(Type.Number({ minimum: 0 })) },
  strict,
);

/** The versions of a device's software that the profile was written for, both ends included; null is an open end. */
export const FirmwareRange = Type.Object(
  {
    /** Whether the wire tells the version. Where it does and does not say, the range cannot be trusted to hold. */
    onWire: Type.Boolean(),
    from: orNull(Text),
    to: orNull(Text),
  },
  strict,
);
export type FirmwareRange = Of<typeof FirmwareRange>;

/** The part of a profile that does not depend on its protocol; all that the cloud needs to know of it. */
export const core = {
  id: Type.String({ pattern: "^[a-z0-9-]+/[a-z0-9-]+$", maxLength: 120 }),
  revision: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  kind: Type.Enum([...DEVICE_KIND_NAMES]),
  manufacturer: Text,
  model: Text,
  evidence: Type.Object({ level: Type.Enum([...EVIDENCE_LEVELS]), note: Text }, strict),
  /** What about the device this profile cannot tell, in a sentence each. */
  notKnown: Type.Array(Text),
  identity: Type.Enum([...IDENTITY_STRENGTHS]),
  /** Counters that only grow and differ from device to device: where a device does not name itself, they tell it again after a break. */
  fingerprint: Type.Array(Metric),
  firmware: FirmwareRange,
  readiness: Type.Array(ReadinessEvidence),
  parts: Type.Array(WearPart),
  calibrated: Type.Array(CalibratedQuantity),
  maintenance: Type.Array(MaintenanceTask),
  residuals: Type.Array(Residual),
};
const ProfileCore = Type.Object({ ...core, polls: pollsOf(Type.Object(timing)), metrics: metricsOf(MetricMapping) });
export type ProfileCore = Of<typeof ProfileCore>;

/** That each mapping names a poll which exists, as the compiler sees it. */
export interface Polled<Poll extends string> {
  polls: Readonly<Record<Poll, unknown>>;
  metrics: Readonly<Partial<Record<MetricName, { poll: NoInfer<Poll> }>>>;
}
