import type { MetricName } from "../vocabulary/metrics.ts";
import type { MetricMapping, PollTiming, ProfileCore } from "./profile.ts";

/** A number in one field of the report. */
export interface SndfNumber<Poll extends string = string> extends MetricMapping<Poll> {
  as: "number";
  /** The report's own field number, 5 to 173. */
  field: number;
  /** Canonical unit for one unit of the report, e.g. 1000 from L to mL. */
  scale: number;
}

/** One or more alarm words that together say whether an alarm is active. */
export interface SndfAlarm<Poll extends string = string> extends MetricMapping<Poll> {
  as: "alarm";
  fields: readonly number[];
}

/**
 * The ventilator's own time (HH:MM) and date (MMM DD YYYY) less the gateway's local time, in s. The wire tells minutes, so
 * the offset is known to half a minute.
 */
export interface SndfClockOffset<Poll extends string = string> extends MetricMapping<Poll> {
  as: "clock-offset";
  timeField: number;
  dateField: number;
}

export type SndfMapping<Poll extends string = string> = SndfNumber<Poll> | SndfAlarm<Poll> | SndfClockOffset<Poll>;

/**
 * A ventilator of the Puritan Bennett family that answers SNDF with a MISCF report.
 * The driver knows how the report is framed; this says what its fields mean.
 */
export interface SndfProfile<Poll extends string = string> extends ProfileCore {
  protocol: "puritan-bennett-sndf";
  polls: Readonly<Record<Poll, PollTiming>>;
  wire: {
    /** First words of field 6 that this profile holds for. */
    models: readonly string[];
    /** Alarm words that mean "not active". A blank means "not told"; every other word means active. */
    calmWords: readonly string[];
    /** How long the first byte of a reply may take, and the whole reply. The whole one stays below the poll interval. */
    firstByteMs: number;
    replyMs: number;
  };
  metrics: Readonly<Partial<Record<MetricName, SndfMapping<NoInfer<Poll>>>>>;
  /** In use while any of these fields holds a value; standby while all are blank. */
  operatingState: { inUseWhileAnyOf: readonly number[] };
}
