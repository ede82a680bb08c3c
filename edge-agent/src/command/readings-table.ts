import type { Decoded } from "@wardtwin/device-profiles/codec/decoded";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { toldReading } from "./told.ts";

const HEAD = ["metric", "value", "unit", "quality", "the device's own"] as const;
/** UCUM's unit of a bare number. */
const BARE = "1";

/** What a device said, one row for each metric. Clinical alarms are no metric of a device and have no row. */
export function readingsTable(profile: Profile, { identity, operatingState, readings }: Decoded): string {
  const rows = readings.map((reading) => {
    const { metric, value, word, ucum, quality, told, deviceUcum } = toldReading(profile, reading);
    const own = told === undefined ? "" : [told, deviceUcum].filter((part) => part !== undefined).join(" ");
    return [metric, word ?? (value === null ? "-" : String(value)), ucum === BARE ? "" : ucum, quality, own];
  });
  const names = Object.entries(identity).map(([field, text]) => `${field} ${text}`);
  return [
    `${profile.id}: ${names.length === 0 ? "does not name itself" : names.join(", ")}`,
    `operating state: ${operatingState ?? "not told"}`,
    "",
    ...aligned([[...HEAD], ...rows]),
    "",
  ].join("\n");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
