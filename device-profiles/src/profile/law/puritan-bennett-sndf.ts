import type { SndfProfile } from "../puritan-bennett-sndf.ts";
import { PATIENT_FIELDS, SNDF_FIELD_FIRST, SNDF_FIELD_LAST } from "../sndf-layout.ts";
import { when } from "./when.ts";

export function sndfFaults(profile: SndfProfile): string[] {
  const used = Object.values(profile.metrics).flatMap((mapping) => {
    if (mapping.as === "number" || mapping.as === "word") return [mapping.field];
    return mapping.as === "clock-offset" ? [mapping.timeField, mapping.dateField] : mapping.fields;
  });
  const fields = [...used, ...profile.operatingState.inUseWhileAnyOf];
  return [
    ...fields.flatMap((field) => when(field < SNDF_FIELD_FIRST || field > SNDF_FIELD_LAST, `no field ${field}`)),
    ...fields.flatMap((field) => when(PATIENT_FIELDS.includes(field), `field ${field} tells of a person`)),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(profile.wire.replyMs >= poll.everyMs, `poll ${name} is due again before its reply may end`),
    ),
  ];
}
