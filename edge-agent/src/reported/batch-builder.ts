import { BATCH_LIMITS, type DeviceSection, type Subject } from "@wardtwin/device-profiles/twin-document/batch";
import {
  METRICS,
  type MetricName,
  OPERATING_STATES,
  type OperatingState,
} from "@wardtwin/device-profiles/vocabulary/metrics";
import { qualityCode } from "@wardtwin/device-profiles/vocabulary/quality";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { Sighting } from "../reading/device-watch.ts";

/**
 * Values in one batch. Each batch waits for the disk once; so many take about 2 bytes each, and one that does not compress and
 * would be larger than a message may be is halved as it is packed.
 */
const VALUES_MAX = 30_000;

interface OpenColumn {
  metric: MetricName;
  values: number[];
  qualities: number[];
}

interface OpenGroup {
  timesMonoMs: number[];
  columns: OpenColumn[];
}

interface OpenSection {
  subject: Subject;
  previousState: DeviceSection["previousState"];
  groups: OpenGroup[];
}

/** Gathers rows into the sections of a batch. Rows that tell of the same metrics, one after another, share a group. */
export class BatchBuilder {
  #sections = new Map<string, OpenSection>();
  #values = 0;

  get isEmpty(): boolean {
    return this.#sections.size === 0;
  }

  /** No row more fits for certain: seal what is there first. */
  isFullFor(key: string): boolean {
    const section = this.#sections.get(key);
    if (section === undefined && this.#sections.size >= BATCH_LIMITS.devices) return true;
    if (section !== undefined && section.groups.length >= BATCH_LIMITS.groupsPerDevice) return true;
    return this.#values >= VALUES_MAX;
  }

  add(
    key: string,
    subject: Subject,
    previousState: DeviceSection["previousState"],
    sighting: Sighting,
    told: readonly Reading[],
  ): void {
    const section = this.#sections.get(key) ?? { subject, previousState, groups: [] };
    this.#sections.set(key, section);
    const row = [stateReading(sighting.operatingState), linkReading(sighting.link), ...told];
    const last = section.groups.at(-1);
    if (last !== undefined && takes(last, row)) addRow(last, sighting.atMonoMs, row);
    else section.groups.push(groupOf(sighting.atMonoMs, row));
    this.#values += row.length;
  }

  /** Hands out the sections and begins anew. */
  take(): DeviceSection[] {
    const sections = [...this.#sections.values()];
    this.#sections = new Map();
    this.#values = 0;
    return sections;
  }
}

/** A place on a line where another device now speaks is a section of its own. */
export const sectionKey = ({ line, unit, identity, attachment }: Subject): string =>
  JSON.stringify([line, unit, identity, attachment]);

/** Whether a row tells of the same metrics as those before it, and there is room for it. */
function takes({ timesMonoMs, columns }: OpenGroup, row: readonly Reading[]): boolean {
  if (columns.length !== row.length || timesMonoMs.length >= BATCH_LIMITS.rowsPerGroup) return false;
  return columns.every(({ metric }, at) => metric === row[at]?.metric);
}

const groupOf = (atMonoMs: number, row: readonly Reading[]): OpenGroup => ({
  timesMonoMs: [atMonoMs],
  columns: row.map(({ metric, value, quality }) => ({
    metric,
    values: [value ?? Number.NaN],
    qualities: [qualityCode(quality)],
  })),
});

function addRow({ timesMonoMs, columns }: OpenGroup, atMonoMs: number, row: readonly Reading[]): void {
  timesMonoMs.push(atMonoMs);
  row.forEach(({ value, quality }, at) => {
    columns[at]?.values.push(value ?? Number.NaN);
    columns[at]?.qualities.push(qualityCode(quality));
  });
}

const stateReading = (state: OperatingState): Reading => ({
  metric: "operatingState",
  value: OPERATING_STATES.indexOf(state),
  quality: "good",
});

const linkReading = (link: Sighting["link"]): Reading => ({
  metric: "deviceLink",
  value: METRICS.deviceLink.codes.indexOf(link),
  quality: "good",
});
