import Type from "typebox";
import { core, mapping, metricsOf, type Of, PollTiming, pollsOf, SerialLine, strict, WaitMs } from "./profile.ts";

const Word = Type.String({ minLength: 1, maxLength: 20 });

const DefibReadyMapping = Type.Union([
  /** What a test measured, the first of its name in the report. A number in another unit or at another setting is not believed. */
  Type.Object(
    { ...mapping, as: Type.Literal("value"), test: Word, unit: Word, atSetting: Type.Optional(Type.Number()) },
    strict,
  ),
  /** What a test was set to. */
  Type.Object({ ...mapping, as: Type.Literal("setting"), test: Word }, strict),
  /** Whether every test of this name passed. */
  Type.Object({ ...mapping, as: Type.Literal("verdict"), test: Word }, strict),
  /** Days from the gateway's own date to the date that a test names. */
  Type.Object({ ...mapping, as: Type.Literal("days-until"), test: Word, unit: Word }, strict),
  /** The verdict on the whole report; one that is not listed is `otherwise`. */
  Type.Object(
    { ...mapping, as: Type.Literal("report-verdict"), words: Type.Record(Type.String(), Word), otherwise: Word },
    strict,
  ),
  /** Hours from the time in the report's header to the gateway's own time. */
  Type.Object({ ...mapping, as: Type.Literal("report-age") }, strict),
]);
export type DefibReadyMapping = Of<typeof DefibReadyMapping>;

/**
 * A defibrillator that reports its self-tests by DEFIB-READY/1 over a serial line: unasked after each, and again when it is
 * asked. The driver knows how a report is framed and checked; this says what its lines mean.
 */
export const DefibReadyProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("defib-ready-serial"),
    polls: pollsOf(PollTiming),
    wire: Type.Object(
      {
        serial: SerialLine,
        /** How long the first byte of a report may take, and the whole report. The whole one stays below the poll interval. */
        firstByteMs: WaitMs,
        replyMs: WaitMs,
      },
      strict,
    ),
    metrics: metricsOf(DefibReadyMapping),
  },
  strict,
);
export type DefibReadyProfile = Of<typeof DefibReadyProfile>;
