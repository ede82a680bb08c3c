import {
  BATCH_LIMITS,
  type DeviceSection,
  type Group,
  type Subject,
} from "@wardtwin/device-profiles/twin-document/batch";
import {
  METRICS,
  type MetricName,
  OPERATING_STATES,
  type OperatingState,
} from "@wardtwin/device-profiles/vocabulary/metrics";
import { qualityCode } from "@wardtwin/device-profiles/vocabulary/quality";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { Sighting } from "../reading/device-watch.ts";

/** Values in one batch; at most 8 bytes each, so that a batch stays below 128 KB even where nothing compresses. */
const VALUES_MAX = 10_000;

interface OpenGroup {
  metrics: readonly MetricName[];
  timesMonoMs: number[];
  /** One array of values and qualities for each metric. */
  values: number[][];
  qualities: number[][];
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
  isFullFor(subject: Subject): boolean {
    const section = this.#sections.get(sectionKey(subject));
    if (section === undefined && this.#sections.size >= BATCH_LIMITS.devices) return true;
    if (section !== undefined && section.groups.length >= BATCH_LIMITS.groupsPerDevice) return true;
    return this.#values >= VALUES_MAX;
  }

  add(
    subject: Subject,
    previousState: DeviceSection["previousState"],
    sighting: Sighting,
    told: readonly Reading[],
  ): void {
    const key = sectionKey(subject);
    const section = this.#sections.get(key) ?? { subject, previousState, groups: [] };
    this.#sections.set(key, section);
    const row = [stateReading(sighting.operatingState), linkReading(sighting.link), ...told];
    const group = groupFor(
      section,
      row.map((reading) => reading.metric),
    );
    group.timesMonoMs.push(sighting.atMonoMs);
    row.forEach(({ value, quality }, column) => {
      group.values[column]?.push(value ?? Number.NaN);
      group.qualities[column]?.push(qualityCode(quality));
    });
    this.#values += row.length;
  }

  /** Hands out the sections and begins anew. */
  take(): DeviceSection[] {
    const sections = [...this.#sections.values()].map(({ subject, previousState, groups }) => ({
      subject,
      previousState,
      groups: groups.map(closed),
    }));
    this.#sections = new Map();
    this.#values = 0;
    return sections;
  }
}

/** A place on a line where another device now speaks is a section of its own. */
const sectionKey = ({ line, unit, identity, attachment }: Subject): string =>
  JSON.stringify([line, unit, identity, attachment]);

function groupFor(section: OpenSection, metrics: readonly MetricName[]): OpenGroup {
  const last = section.groups.at(-1);
  const same = last?.metrics.length === metrics.length && last.metrics.every((name, at) => name === metrics[at]);
  if (last !== undefined && same && last.timesMonoMs.length < BATCH_LIMITS.rowsPerGroup) return last;
  const group = { metrics, timesMonoMs: [], values: metrics.map(() => []), qualities: metrics.map(() => []) };
  section.groups.push(group);
  return group;
}

const closed = ({ metrics, timesMonoMs, values, qualities }: OpenGroup): Group => ({
  timesMonoMs: new Float64Array(timesMonoMs),
  columns: metrics.map((metric, column) => ({
    metric,
    values: new Float64Array(values[column] ?? []),
    qualities: new Uint8Array(qualities[column] ?? []),
  })),
});

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
