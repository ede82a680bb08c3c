import { isMetricName, metricTerm } from "../../vocabulary/metrics.ts";
import { type MedibusMapping, type MedibusProfile, repliesFor } from "../draeger-medibus.ts";
import {
  MEDIBUS_PATIENT_CODES,
  MEDIBUS_TECHNICAL,
  MEDIBUS_TEST_DATES,
  type MedibusAlarmCodes,
  type MedibusRead,
} from "../medibus-layout.ts";
import { when } from "./when.ts";

export function medibusFaults(profile: MedibusProfile): string[] {
  const { attempts, replyMs, pollMs } = profile.wire;
  const { selfTestTexts, standbyTexts, ventilatingTexts } = profile.operatingState;
  const polls = Object.entries(profile.polls);
  return [
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) => [
      ...replyFaults(profile, name, mapping),
      ...mappingFaults(name, mapping),
    ]),
    ...patientFaults(
      "operatingState",
      [...selfTestTexts, ...standbyTexts, ...ventilatingTexts].map((code) => ["2A", code]),
    ),
    ...when(
      !polls.some(([, { commands }]) => commands.includes("2A") && commands.includes("2E")),
      "no poll reads texts and alarms together, so that no state is told",
    ),
    ...when(attempts * replyMs > pollMs, "a request may take longer than its poll"),
    ...polls.flatMap(([name, { everyMs }]) =>
      when(pollMs >= everyMs, `poll ${name} is due again before its replies may end`),
    ),
  ];
}

/** The replies that a mapping needs are those that its poll asks for. */
function replyFaults({ polls }: MedibusProfile, name: string, mapping: MedibusMapping): string[] {
  const commands = polls[mapping.poll]?.commands ?? [];
  return repliesFor(mapping).flatMap((read) =>
    when(!commands.includes(read), `${name} needs the reply to ${read}, which poll ${mapping.poll} does not ask for`),
  );
}

function mappingFaults(name: string, mapping: MedibusMapping): string[] {
  switch (mapping.as) {
    case "number": {
      const places = [mapping, ...(mapping.also ?? [])].map(({ from, code }) => [from, code] as const);
      const texts = (mapping.onlyWhileTexts ?? []).map((code) => ["2A", code] as const);
      return patientFaults(name, [...places, ...texts]);
    }
    case "text":
      return [
        ...patientFaults(
          name,
          Object.values(mapping.words).flatMap((codes) => codes.map((code) => ["2A", code] as const)),
        ),
        ...Object.keys(mapping.words).flatMap((word) =>
          when(isMetricName(name) && metricTerm(name).codes?.includes(word) !== true, `${name} has no word ${word}`),
        ),
      ];
    case "alarm":
    case "clinical":
      return alarmFaults(name, mapping);
    case "unclassified":
      return when(name !== "unclassifiedAlarm", `${name} would tell alarms that nobody knows`);
    case "test-age":
      return when(
        !MEDIBUS_TEST_DATES.includes(mapping.code),
        `${name} reads the text ${mapping.code}, which is no date`,
      );
    case "clock-offset":
      return [];
  }
}

function alarmFaults(name: string, mapping: MedibusMapping & { as: "alarm" | "clinical" }): string[] {
  const wanted = mapping.as === "alarm";
  const wrong = (page: keyof MedibusAlarmCodes) =>
    (mapping[page] ?? []).filter((code) => MEDIBUS_TECHNICAL[page].includes(code) !== wanted);
  return [
    ...when(mapping.cp1 === undefined && mapping.cp2 === undefined, `${name} names no alarm code`),
    ...(["cp1", "cp2"] as const).flatMap((page) =>
      wrong(page).map((code) => `${name} names ${page} ${code}, which is ${wanted ? "no" : "a"} technical alarm`),
    ),
  ];
}

const patientFaults = (name: string, codes: readonly (readonly [MedibusRead, string])[]): string[] =>
  codes.flatMap(([read, code]) =>
    when(
      MEDIBUS_PATIENT_CODES[read]?.includes(code) === true,
      `${name} names ${read} ${code}, which tells of a person`,
    ),
  );
