import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import type { IdentityStrength } from "@wardtwin/device-profiles/vocabulary/identity";
import { isMetricName, isTechnicalAlarm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Catalog } from "../own-profiles.ts";

const IDENTITY: Readonly<Record<IdentityStrength, string>> = {
  self: "self: names itself by its serial number",
  type: "type: names its model alone",
  none: "none: a person says which device it is",
};

/** What a profile promises of a device, and what it does not. */
function profileSummary(profile: Profile) {
  const { id, revision, kind, manufacturer, model, protocol, identity, evidence, notKnown } = profile;
  const names = Object.keys(profile.metrics).filter(isMetricName);
  return {
    id,
    revision,
    kind,
    manufacturer,
    model,
    protocol,
    identity,
    evidence,
    metrics: names.filter((name) => !isTechnicalAlarm(name)),
    technicalAlarms: names.filter(isTechnicalAlarm),
    notKnown,
  };
}

/** The catalog for a person at a terminal, or for a program. */
export function profilesText(catalog: Catalog, isJson: boolean): string {
  const summaries = [...catalog.values()].map(profileSummary);
  if (isJson) return `${JSON.stringify(summaries, null, 2)}\n`;
  return summaries.map(pageOf).join("\n");
}

/** One profile for a person, or all of it as JSON, to begin one's own with. */
export function profileText(profile: Profile, isJson: boolean): string {
  return isJson ? `${JSON.stringify(profile, null, 2)}\n` : pageOf(profileSummary(profile));
}

function pageOf(summary: ReturnType<typeof profileSummary>): string {
  const { id, revision, kind, manufacturer, model, protocol, identity, evidence } = summary;
  const { metrics, technicalAlarms, notKnown } = summary;
  const list = (names: readonly string[]) => (names.length === 0 ? "none" : `${names.length}: ${names.join(", ")}`);
  const lines = [
    ["device", `${manufacturer} ${model}, ${kind}`],
    ["protocol", protocol],
    ["identity", IDENTITY[identity]],
    ["evidence", `${evidence.level}: ${evidence.note}`],
    ["metrics", list(metrics)],
    ["technical alarms", list(technicalAlarms)],
    ["not known", notKnown.length === 0 ? "nothing is listed" : notKnown.join(" ")],
  ];
  return `${id}, revision ${revision}\n${lines.map(([name = "", text]) => `  ${name.padEnd(18)}${text}\n`).join("")}`;
}
