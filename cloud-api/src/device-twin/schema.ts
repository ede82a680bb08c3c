import { METRIC_NAMES, OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import { QUALITIES } from "@wardtwin/device-profiles/vocabulary/quality";
import Type, { type Static } from "typebox";
import { DeviceKind, WARD_KINDS } from "../fleet/schema.ts";
import { Instant, RegistryId } from "../platform/schema.ts";

const OrNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Count = Type.Integer({ minimum: 0 });

/** In which of the five columns a device counts; they always sum to what the ward has. */
export const AVAILABILITIES = ["in-use", "ready", "to-verify", "blocked", "unknown"] as const;
export const Availability = Type.Enum([...AVAILABILITIES]);
export type Availability = (typeof AVAILABILITIES)[number];

export const ClassCount = Type.Object({
  kind: DeviceKind,
  have: Count,
  inUse: Count,
  ready: Count,
  toVerify: Count,
  blocked: Count,
  unknown: Count,
});
export type ClassCount = Static<typeof ClassCount>;

export const WardTile = Type.Object({
  id: RegistryId,
  name: Type.String(),
  kind: Type.Enum([...WARD_KINDS]),
  floor: Type.Integer(),
  order: Type.Integer(),
  classes: Type.Array(ClassCount),
  /** The least recent of the ward's newest values: how old the picture is at worst. Null when nothing was ever heard. */
  asOf: OrNull(Instant),
});
export type WardTile = Static<typeof WardTile>;

/** One cause and how many devices it concerns. */
export const NOTICE_CAUSES = [
  "gateway-offline",
  "device-unreachable",
  "fault",
  "self-test",
  "battery",
  "identity",
] as const;
export const NoticeCount = Type.Object({
  cause: Type.Enum([...NOTICE_CAUSES]),
  /** The gateway behind a `gateway-offline`; null for other causes. */
  gateway: OrNull(RegistryId),
  devices: Count,
});

export const WardMap = Type.Object(
  {
    at: Instant,
    simulated: Type.Boolean(),
    wards: Type.Array(WardTile),
    totals: Type.Array(ClassCount),
    notices: Type.Array(NoticeCount),
  },
  { title: "WardMap" },
);
export type WardMap = Static<typeof WardMap>;

/** Why a hold stands: what was read speaks against use, or what has to be known is not, or not surely enough. */
export const HOLD_REASONS = ["not-as-expected", "missing", "expired", "unconfirmed", "unverified", "conflict"] as const;

export const TwinChip = Type.Object({
  id: RegistryId,
  kind: DeviceKind,
  manufacturer: Type.String(),
  model: Type.String(),
  serial: Type.String(),
  assetNumber: OrNull(Type.String()),
  ward: RegistryId,
  availability: Availability,
  operating: Type.Enum([...OPERATING_STATES]),
  /** Why it is not sure that this is the device and that its readings mean what they seem to; null where it is. */
  identityHold: OrNull(Type.Enum([...HOLD_REASONS])),
  newestAt: OrNull(Instant),
});
export type TwinChip = Static<typeof TwinChip>;

export const WardView = Type.Object(
  { at: Instant, ward: WardTile, devices: Type.Array(TwinChip) },
  { title: "WardView" },
);
export type WardView = Static<typeof WardView>;

export const TwinList = Type.Object(
  { twins: Type.Array(TwinChip), next: OrNull(Type.String()) },
  { title: "TwinList" },
);

/** A fact with where it comes from and since when; word "unknown" with a null source where nobody has told. */
const Fact = <const Words extends readonly string[]>(words: Words) =>
  Type.Object({
    word: Type.Enum([...words]),
    since: OrNull(Instant),
    at: OrNull(Instant),
    source: OrNull(Type.Enum(["wire", "registry"])),
  });

export const HOLD_KINDS = ["fault", "self-test", "battery", "identity"] as const;

/** A reason against use. `metric` and what it read are the evidence; `value` null means: nothing fresh is known. */
export const Hold = Type.Object({
  kind: Type.Enum([...HOLD_KINDS]),
  metric: OrNull(Type.Enum([...METRIC_NAMES])),
  reason: Type.Enum([...HOLD_REASONS]),
  value: OrNull(Type.Number()),
  word: OrNull(Type.String()),
  at: OrNull(Instant),
  liftedBy: Type.Enum(["biomedical-engineer", "any"]),
});
export type Hold = Static<typeof Hold>;

export const TwinMetric = Type.Object({
  metric: Type.Enum([...METRIC_NAMES]),
  value: OrNull(Type.Number()),
  /** The word of a coded metric, else null. */
  word: OrNull(Type.String()),
  ucum: Type.String(),
  /** As the device itself tells it, where its unit is not the metric's. */
  asTold: OrNull(Type.Object({ value: Type.Number(), ucum: Type.String() })),
  category: Type.Enum(["measurement", "setting", "status", "counter"]),
  origin: Type.Enum(["device", "patient-derived"]),
  quality: Type.Enum([...QUALITIES]),
  at: OrNull(Instant),
});
export type TwinMetric = Static<typeof TwinMetric>;

export const TwinView = Type.Object(
  {
    id: RegistryId,
    /** Rises by one with every change; two views of one twin are ordered by it. */
    version: Type.Integer({ minimum: 0 }),
    at: Instant,
    kind: DeviceKind,
    manufacturer: Type.String(),
    model: Type.String(),
    serial: Type.String(),
    assetNumber: OrNull(Type.String()),
    firmware: OrNull(Type.String()),
    simulated: Type.Boolean(),
    identity: Type.Object({
      strength: Type.Enum(["self", "type", "none"]),
      /** What the wire says of itself agrees with the registry; null when the wire says nothing. */
      confirmed: OrNull(Type.Boolean()),
      /** Where something answers that may be another device, and since when; null while it is known who does. */
      unconfirmed: OrNull(
        Type.Object({ gateway: RegistryId, line: Type.String(), unit: Type.String(), since: Instant }),
      ),
      /** Two gateways hear a device of this number at the same time, since when and where; null while none or one does. */
      conflict: OrNull(
        Type.Object({
          since: Instant,
          places: Type.Array(
            Type.Object({ gateway: RegistryId, line: Type.String(), unit: Type.String(), heardAt: Instant }),
          ),
        }),
      ),
    }),
    profile: Type.Object({
      id: Type.String(),
      revision: OrNull(Type.Integer()),
      evidence: Type.Object({
        level: Type.Enum(["vendor-document", "field-capture", "inferred", "synthetic", "none"]),
        note: Type.String(),
      }),
      /** What cannot be known of such a device, in a sentence each. */
      notKnown: Type.Array(Type.String()),
      /** Whether the profile was written for the device's software. */
      firmware: Type.Enum(["verified", "unverified", "not-told"]),
    }),
    place: Type.Object({ ward: RegistryId, wardName: Type.String(), knownBy: Type.Enum(["registry"]), since: Instant }),
    facts: Type.Object({
      operating: Fact(OPERATING_STATES),
      service: Fact(["awaiting-acceptance", "in-service", "under-repair", "retired", "unknown"]),
      hygiene: Fact(["clean", "soiled", "being-cleaned", "unknown"]),
      custody: Fact(["free", "reserved", "in-transit", "lent-out", "missing", "unknown"]),
      power: Fact(["mains", "battery", "unknown"]),
    }),
    readiness: Type.Object({
      availability: Availability,
      /** Why it counts there, where no hold says so already. */
      because: Type.Enum([
        "no-known-reason-against-use",
        "in-use",
        "standby-not-yet-free",
        "self-test",
        "hold",
        "silent-last-seen-free",
        "silent",
        "never-heard",
      ]),
      /** When a device in standby will count as free if nobody uses it; null otherwise. */
      freeAt: OrNull(Instant),
      holds: Type.Array(Hold),
    }),
    connectivity: Type.Object({
      gateway: Type.Object({
        id: OrNull(RegistryId),
        name: OrNull(Type.String()),
        state: Type.Enum(["online", "offline", "unknown"]),
        since: OrNull(Instant),
      }),
      device: Type.Object({ state: Type.Enum(["connected", "unreachable", "unknown"]), since: OrNull(Instant) }),
      values: Type.Object({ newestAt: OrNull(Instant), oldestAt: OrNull(Instant), stale: Type.Boolean() }),
    }),
    metrics: Type.Array(TwinMetric),
  },
  { title: "TwinView" },
);
export type TwinView = Static<typeof TwinView>;
