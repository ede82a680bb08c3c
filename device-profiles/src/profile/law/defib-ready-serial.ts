import { isMetricName, metricTerm } from "../../vocabulary/metrics.ts";
import type { DefibReadyMapping, DefibReadyProfile } from "../defib-ready-serial.ts";
import { when } from "./when.ts";

export function defibReadyFaults(profile: DefibReadyProfile): string[] {
  const { firstByteMs, replyMs } = profile.wire;
  return [
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) => wordFaults(name, mapping)),
    ...when(firstByteMs > replyMs, "the first byte of a report may take longer than the whole report"),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(replyMs >= poll.everyMs, `poll ${name} is due again before its report may end`),
    ),
  ];
}

/** A verdict goes to a metric that knows it. */
function wordFaults(name: string, mapping: DefibReadyMapping): string[] {
  if (!isMetricName(name)) return [];
  const { codes = [] } = metricTerm(name);
  if (mapping.as === "verdict") return when(codes[0] !== "pass" || codes[1] !== "fail", `${name} is no verdict`);
  if (mapping.as !== "report-verdict") return [];
  return [...Object.values(mapping.words), mapping.otherwise].flatMap((word) =>
    when(!codes.includes(word), `${name} has no word ${word}`),
  );
}
