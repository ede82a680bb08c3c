import Type from "typebox";
import { core, mapping, metricsOf, type Of, PollTiming, pollsOf, SerialLine, strict, WaitMs } from "./profile.ts";

const Field = Type.Integer({ minimum: 1, maximum: 999 });

const SndfMapping = Type.Union([
  /** A number in one field of the report, by the report's own field number; the first data field is 5. */
  Type.Object({ ...mapping, as: Type.Literal("number"), field: Field }, strict),
  /** A word in one field; the metric's word for each of the report's. A word that is not listed is `otherwise`. */
  Type.Object(
    {
      ...mapping,
      as: Type.Literal("word"),
      field: Field,
      words: Type.Record(Type.String(), Type.String()),
      otherwise: Type.Optional(Type.String()),
    },
    strict,
  ),
  /** One or more alarm words that together say whether a technical alarm is active. */
  Type.Object({ ...mapping, as: Type.Literal("alarm"), fields: Type.Array(Field, { minItems: 1 }) }, strict),
  /** Alarms about the person or the therapy: how many began is counted at the gateway and told by the hour. */
  Type.Object({ ...mapping, as: Type.Literal("clinical"), fields: Type.Array(Field, { minItems: 1 }) }, strict),
  /**
   * The ventilator's own time (HH:MM) and date (MMM DD YYYY) less the gateway's local time, in s. The wire tells minutes, so
   * the offset is known to half a minute.
   */
  Type.Object({ ...mapping, as: Type.Literal("clock-offset"), timeField: Field, dateField: Field }, strict),
]);
export type SndfMapping = Of<typeof SndfMapping>;

/**
 * A ventilator of the Puritan Bennett family that answers SNDF with a MISCF report.
 * The driver knows how the report is framed; this says what its fields mean.
 */
export const SndfProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("puritan-bennett-sndf"),
    polls: pollsOf(PollTiming),
    wire: Type.Object(
      {
        serial: SerialLine,
        /** First words of field 6 that this profile holds for. */
        models: Type.Array(Type.String(), { minItems: 1 }),
        /** Alarm words that mean "not active". A blank means "not told"; every other word means active. */
        calmWords: Type.Array(Type.String(), { minItems: 1 }),
        /** How long the first byte of a reply may take, and the whole reply. The whole one stays below the poll interval. */
        firstByteMs: WaitMs,
        replyMs: WaitMs,
      },
      strict,
    ),
    metrics: metricsOf(SndfMapping),
    /** In use while any of these fields holds a value; standby while all are blank. */
    operatingState: Type.Object({ inUseWhileAnyOf: Type.Array(Field, { minItems: 1 }) }, strict),
  },
  strict,
);
export type SndfProfile = Of<typeof SndfProfile>;
