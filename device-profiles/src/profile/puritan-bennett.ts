import Type from "typebox";
import { core, mapping, metricsOf, type Of, PollTiming, pollsOf, SerialLine, strict, WaitMs } from "./profile.ts";

const Field = Type.Integer({ minimum: 1, maximum: 999 });
const Words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });

const field = {
  ...mapping,
  field: Field,
  /**
   * One field may mean two things, told apart by the word in another: it speaks of this metric only while the other one
   * holds one of these words, or a word that is none of these. Otherwise the metric is blank.
   */
  onlyWhile: Type.Optional(
    Type.Union([Type.Object({ field: Field, is: Words }, strict), Type.Object({ field: Field, isNot: Words }, strict)]),
  ),
};

const ReportMapping = Type.Union([
  /** A number in one field of the report, by the report's own field number. OFF, as of a limit, is no value. */
  Type.Object({ ...field, as: Type.Literal("number") }, strict),
  /** A word in one field; the metric's word for each of the report's. A word that is not listed is `otherwise`. */
  Type.Object(
    {
      ...field,
      as: Type.Literal("word"),
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
export type ReportMapping = Of<typeof ReportMapping>;

/** A profile of a ventilator that answers one request with one report; the protocol's name says which. */
const reportProfile = <const Name extends string>(protocol: Name) =>
  Type.Object(
    {
      ...core,
      protocol: Type.Literal(protocol),
      polls: pollsOf(PollTiming),
      wire: Type.Object(
        {
          serial: SerialLine,
          /** First words of the identity field (6) that this profile holds for. */
          models: Type.Array(Type.String(), { minItems: 1 }),
          /** Alarm words that mean "not active". A blank means "not told"; every other word means active. */
          calmWords: Type.Array(Type.String(), { minItems: 1 }),
          /** How long the first byte of a reply may take, and the whole reply. The whole one stays below the poll interval. */
          firstByteMs: WaitMs,
          replyMs: WaitMs,
        },
        strict,
      ),
      metrics: metricsOf(ReportMapping),
      /** In use while any of these fields holds a value; standby while all are blank. */
      operatingState: Type.Object({ inUseWhileAnyOf: Type.Array(Field, { minItems: 1 }) }, strict),
    },
    strict,
  );

/**
 * A ventilator of the Puritan Bennett family that answers SNDF with a MISCF report (`SndfProfile`) or SNDA with a MISCA
 * report (`SndaProfile`). The driver knows how a report is framed; this says what its fields mean.
 */
export const SndfProfile = reportProfile("puritan-bennett-sndf");
export type SndfProfile = Of<typeof SndfProfile>;
export const SndaProfile = reportProfile("puritan-bennett-snda");
export type SndaProfile = Of<typeof SndaProfile>;
export type ReportProfile = SndfProfile | SndaProfile;
