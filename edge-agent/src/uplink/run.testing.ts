import type { DeviceSection, TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { METRICS, type MetricName, OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";

/** What a device of a generated run may tell beside its state, a few at a time, as a real one does. */
const MEASURED: readonly MetricName[] = ["batteryChargePct", "respiratoryRatePerMin", "batteryLowAlarm"];
const STATES = OPERATING_STATES.length;

const look = fc.record({
  unit: fc.constantFrom("1", "2"),
  gapMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1, max: 90_000 })),
  state: fc.oneof(fc.constant(3), fc.nat({ max: STATES - 1 })),
  tells: fc.subarray([...MEASURED]),
  value: fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: 0, max: 999 }).map((n) => n / 10),
    fc.constant(Number.NaN),
  ),
  quality: fc.oneof(fc.constant(0), fc.nat({ max: 3 })),
  /** It begins a batch, and whether nothing is said of the state before it. */
  seals: fc.boolean(),
  breaks: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, fc.boolean()),
});

/** A run of batches of one boot, as an agent would have sealed them: each section tells the look before it, unless there was a break. */
export function runOf(): fc.Arbitrary<TelemetryBatch[]> {
  return fc.array(look, { maxLength: 60 }).map((looks) => {
    const batches: TelemetryBatch[] = [];
    const last = new Map<string, DeviceSection["previousState"]>();
    let atMonoMs = 0;
    for (const { unit, gapMs, state, tells, value, quality, seals, breaks } of looks) {
      atMonoMs += gapMs;
      if (seals || batches.length === 0) batches.push(sealedAt(atMonoMs));
      const devices = batches.at(-1)?.devices ?? [];
      let section = devices.find(({ subject }) => subject.unit === unit);
      if (section === undefined) {
        section = sectionOf(unit, breaks ? null : (last.get(unit) ?? null));
        devices.push(section);
      }
      addRow(
        section,
        atMonoMs,
        new Map([["operatingState", state], ...tells.map((metric) => [metric, codedOf(metric, value)] as const)]),
        quality,
      );
      last.set(unit, { state: OPERATING_STATES[state] ?? "unknown", atMonoMs });
    }
    return batches;
  });
}

const codedOf = (metric: MetricName, value: number) =>
  "codes" in METRICS[metric] && !Number.isNaN(value) ? Math.abs(Math.round(value)) % 2 : value;

const sealedAt = (monoMs: number): TelemetryBatch => ({
  bootId: "boot",
  anchor: { monoMs, wallMs: monoMs },
  cloudOffsetMs: 0,
  simulated: true,
  devices: [],
});

const sectionOf = (unit: string, previousState: DeviceSection["previousState"]): DeviceSection => ({
  subject: { line: "l", unit, profile: "p", profileRevision: 1, identity: {} },
  previousState,
  groups: [],
});

/** Rows that tell of the same metrics, one after another, share a group. */
function addRow(section: DeviceSection, atMonoMs: number, row: ReadonlyMap<MetricName, number>, quality: number): void {
  const metrics = [...row.keys()];
  const open = section.groups.at(-1);
  const same = open !== undefined && open.columns.map(({ metric }) => metric).join() === metrics.join();
  const qualityOf = (metric: MetricName) => (metric === "operatingState" ? 0 : quality);
  section.groups.splice(same ? -1 : section.groups.length, same ? 1 : 0, {
    timesMonoMs: [...(same ? open.timesMonoMs : []), atMonoMs],
    columns: metrics.map((metric, at) => {
      const before = same ? open.columns[at] : undefined;
      return {
        metric,
        values: [...(before?.values ?? []), row.get(metric) ?? Number.NaN],
        qualities: [...(before?.qualities ?? []), qualityOf(metric)],
      };
    }),
  });
}

/** What an agent seals each second of a device in one state that tells so many numbers, all of them restless. */
export function secondOf(n: number, metrics: readonly MetricName[], bootId = "boot"): TelemetryBatch {
  const section = sectionOf("1", n === 0 ? null : { state: "in-use", atMonoMs: (n - 1) * 1_000 });
  const restless = metrics.map((metric, index) => [metric, 50 + ((n * (7 + index)) % 13)] as const);
  addRow(section, n * 1_000, new Map([["operatingState", OPERATING_STATES.indexOf("in-use")], ...restless]), 0);
  return { ...sealedAt(n * 1_000), bootId, devices: [section] };
}
