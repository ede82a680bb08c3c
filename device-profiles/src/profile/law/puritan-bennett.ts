import type { ReportMapping, ReportProfile } from "../puritan-bennett.ts";
import { REPORT_FIELD_FIRST, REPORT_LAYOUTS, type ReportLayout } from "../puritan-bennett-layout.ts";
import { when } from "./when.ts";

export function reportFaults(profile: ReportProfile): string[] {
  const layout = REPORT_LAYOUTS[profile.protocol];
  const last = REPORT_FIELD_FIRST + layout.fields - 1;
  const mappings = Object.entries(profile.metrics);
  const fields = [...mappings.flatMap(([, each]) => fieldsOf(each)), ...profile.operatingState.inUseWhileAnyOf];
  return [
    ...fields.flatMap((field) => when(field < REPORT_FIELD_FIRST || field > last, `no field ${field}`)),
    ...fields.flatMap((field) => when(layout.patientFields.includes(field), `field ${field} tells of a person`)),
    ...mappings.flatMap(([name, each]) => alarmFaults(name, each, layout)),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(profile.wire.replyMs >= poll.everyMs, `poll ${name} is due again before its reply may end`),
    ),
  ];
}

function fieldsOf(mapping: ReportMapping): readonly number[] {
  switch (mapping.as) {
    case "number":
    case "word":
      return [mapping.field, ...(mapping.onlyWhile === undefined ? [] : [mapping.onlyWhile.field])];
    case "clock-offset":
      return [mapping.timeField, mapping.dateField];
    case "alarm":
    case "clinical":
      return mapping.fields;
  }
}

/** A clinical alarm is counted and nothing else; a technical one is no matter of the person's. */
function alarmFaults(name: string, mapping: ReportMapping, layout: ReportLayout): string[] {
  const [kind, forbidden] =
    mapping.as === "clinical" ? ["technical", layout.technicalFields] : ["clinical", layout.clinicalFields];
  return fieldsOf(mapping).flatMap((field) =>
    when(forbidden.includes(field), `${name} names field ${field}, which is a ${kind} alarm`),
  );
}
