import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import type { MetricMapping, PollTiming, ProfileCore } from "./profile.ts";

/** A variable, by the string part of its NodeId in the profile's namespace. `{unit}` stands for the unit on the line. */
export interface OpcUaMapping<Poll extends string = string> extends MetricMapping<Poll> {
  node: string;
  /** `number` any numeric type; `code` an integer that is the index of a coded metric's word; `boolean` false 0, true 1. */
  type: "number" | "code" | "boolean";
  /** Canonical unit for one unit of the variable; numbers only. Default 1. */
  scale?: number;
}

export interface OpcUaPoll extends PollTiming {
  /** How long the read may take. */
  replyMs: number;
}

export interface OpcUaProfile<Poll extends string = string> extends ProfileCore {
  protocol: "opc-ua";
  polls: Readonly<Record<Poll, OpcUaPoll>>;
  wire: {
    namespaceUri: string;
    /** A Boolean variable that says whether there is a device at this unit at all. */
    occupied: string;
    identity: { manufacturer: string; model: string; serial: string; firmware: string };
  };
  metrics: Readonly<Partial<Record<MetricName, OpcUaMapping<NoInfer<Poll>>>>>;
  /** The state behind each number of a variable; a number that is not listed is `unknown`. */
  operatingState: { node: string; states: Readonly<Record<number, OperatingState>> };
}
