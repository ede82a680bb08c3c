import { METRIC_NAMES, OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import Type, { type Static } from "typebox";
import { Instant, RegistryId } from "../platform/schema.ts";

export const HistoryQuery = Type.Object({
  metric: Type.Enum([...METRIC_NAMES]),
  from: Instant,
  to: Instant,
});

/** One minute of one metric. The minimum and maximum stand beside the mean, so that no spike is lost. */
export const MinutePoint = Type.Object({
  at: Instant,
  count: Type.Integer({ minimum: 1 }),
  min: Type.Number(),
  mean: Type.Number(),
  max: Type.Number(),
});

export const History = Type.Object(
  {
    device: RegistryId,
    metric: Type.Enum([...METRIC_NAMES]),
    ucum: Type.String(),
    step: Type.Enum(["1min"]),
    points: Type.Array(MinutePoint),
  },
  { title: "History" },
);
export type History = Static<typeof History>;

/** A stretch of time in one operating state; what lies between stretches is unknown. */
export const StateStretch = Type.Object({ state: Type.Enum([...OPERATING_STATES]), from: Instant, to: Instant });
export const StateRibbon = Type.Object(
  { device: RegistryId, from: Instant, to: Instant, stretches: Type.Array(StateStretch) },
  { title: "StateRibbon" },
);
export type StateRibbon = Static<typeof StateRibbon>;

/** Hours in each operating state since the first observation, integrated by the usage job; null before its first run. */
export const Usage = Type.Object(
  {
    device: RegistryId,
    since: Type.Union([Instant, Type.Null()]),
    asOf: Type.Union([Instant, Type.Null()]),
    inUseH: Type.Number({ minimum: 0 }),
    standbyH: Type.Number({ minimum: 0 }),
    offH: Type.Number({ minimum: 0 }),
    selfTestH: Type.Number({ minimum: 0 }),
    /** Time since the first observation in which nobody saw the device's state. */
    unknownH: Type.Number({ minimum: 0 }),
  },
  { title: "Usage" },
);
export type Usage = Static<typeof Usage>;
