import { isMetricName, metricTerm } from "../../vocabulary/metrics.ts";
import type { OrchestraMapping, OrchestraProfile } from "../fresenius-orchestra.ts";
import { ORCHESTRA_VARIABLES } from "../orchestra-layout.ts";
import { when } from "./when.ts";

export function orchestraFaults(profile: OrchestraProfile): string[] {
  const { replyMs, attempts, pollMs } = profile.wire;
  const { rate, bolusRate } = profile.operatingState;
  const variables = [...Object.values(profile.metrics).map(({ variable }) => variable), rate, bolusRate];
  return [
    ...variables.flatMap((variable) =>
      when(!ORCHESTRA_VARIABLES.includes(variable), `variable ${variable} is never asked for`),
    ),
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) => mappingFaults(name, mapping)),
    ...when(attempts * replyMs > pollMs, "a request may take longer than its poll"),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(pollMs >= poll.everyMs, `poll ${name} is due again before its replies may end`),
    ),
  ];
}

function mappingFaults(name: string, mapping: OrchestraMapping): string[] {
  // Bits that nobody can tell apart may not be given the name of one alarm.
  if (mapping.as === "alarm") return when(name !== "unclassifiedAlarm", `${name} is read off bits that nobody knows`);
  if (mapping.as !== "word" || !isMetricName(name)) return [];
  const { codes = [] } = metricTerm(name);
  return [...Object.values(mapping.words), mapping.otherwise].flatMap((word) =>
    when(!codes.includes(word), `${name} has no word ${word}`),
  );
}
