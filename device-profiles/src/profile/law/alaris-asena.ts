import type { AsenaProfile } from "../alaris-asena.ts";
import { ASENA_INF_FIELD_COUNT, ASENA_TECHNICAL_CODES } from "../asena-layout.ts";
import { when } from "./when.ts";

export function asenaFaults(profile: AsenaProfile): string[] {
  const { replyMs, replyMsMax, attempts, pollMs } = profile.wire;
  return [
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) =>
      mapping.as === "number"
        ? // The unit follows in the next field, so that the last one can hold no number.
          when(mapping.field < 1 || mapping.field >= ASENA_INF_FIELD_COUNT, `${name} has no field ${mapping.field}`)
        : mapping.codes.flatMap((code) => [
            ...when(code === profile.wire.calmCode, `${name} names ${code}, which means that there is no alarm`),
            ...when(
              (mapping.as === "alarm") !== ASENA_TECHNICAL_CODES.includes(code),
              `${name} names ${code}, which is ${mapping.as === "alarm" ? "no" : "a"} technical alarm`,
            ),
          ]),
    ),
    ...when(replyMs > replyMsMax, "a reply may take longer than the longest that is waited for"),
    ...when(attempts * replyMsMax > pollMs, "a request may take longer than its poll"),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(pollMs >= poll.everyMs, `poll ${name} is due again before its replies may end`),
    ),
  ];
}
