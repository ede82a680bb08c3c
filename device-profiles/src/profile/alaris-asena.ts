import type { MetricName } from "../vocabulary/metrics.ts";
import type { MetricMapping, PollTiming, ProfileCore } from "./profile.ts";

/** A number in one field of the reply to INF; its unit stands in the next field. */
export interface AsenaNumber<Poll extends string = string> extends MetricMapping<Poll> {
  as: "number";
  /** Counted from 1 after the command's name. */
  field: number;
  /** The unit as the pump spells it. A number in any other unit is not believed. */
  unit: string;
  /** Canonical unit for one unit of the pump. */
  scale: number;
}

/** Codes of the reply to ALARM that make this alarm active. */
export interface AsenaAlarm<Poll extends string = string> extends MetricMapping<Poll> {
  as: "alarm";
  codes: readonly string[];
}

export type AsenaMapping<Poll extends string = string> = AsenaNumber<Poll> | AsenaAlarm<Poll>;

/**
 * A syringe pump of the Alaris Asena family: one poll is INF and ALARM, both or neither.
 * The driver knows how messages are framed and which may be sent; this says what their fields mean.
 */
export interface AsenaProfile<Poll extends string = string> extends ProfileCore {
  protocol: "alaris-asena";
  polls: Readonly<Record<Poll, PollTiming>>;
  wire: {
    /** What the reply to COMMS_PROTOCOL begins with; another family is refused. */
    protocolPrefix: string;
    /** The alarm code that means "none". */
    calmCode: string;
    /** Pause between a reply and the next request, ms. */
    gapMs: number;
    /** How long one reply may take, ms, and how often a request is made before it counts as unanswered. */
    replyMs: number;
    attempts: number;
    /** A pump that promises to answer within a longer time is waited for, but no longer than this, ms. */
    replyMsMax: number;
    /** How long all requests of a poll may take together, ms. It stays below the poll interval. */
    pollMs: number;
  };
  metrics: Readonly<Partial<Record<MetricName, AsenaMapping<NoInfer<Poll>>>>>;
  /** In use while the rate is above 0; standby at rate 0 in one of these modes; otherwise unknown. */
  operatingState: { idleModes: readonly string[] };
}
