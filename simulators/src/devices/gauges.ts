import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";

/** The values of a body by metric; a metric that the body does not have at present (a ventilator's breath in standby) is absent. */
export type BodyValues = Partial<Record<MetricName, number>>;

/** What a body can hold, and the least and greatest value that its wire can still carry. */
export type GaugeRanges = Partial<Record<MetricName, readonly [min: number, max: number]>>;

/**
 * The gauges of one body. The physics sets them; a person may pin one, and a pinned gauge ignores the physics until it is
 * freed. Physics that reads its inputs here makes a pin carry through to what follows from it.
 */
export class Gauges {
  readonly ranges: GaugeRanges;
  readonly #values = new Map<MetricName, number>();
  readonly #pins = new Map<MetricName, number>();

  constructor(ranges: GaugeRanges) {
    this.ranges = ranges;
  }

  get(metric: MetricName): number | undefined {
    return this.#pins.get(metric) ?? this.#values.get(metric);
  }

  /** The value, or the one given where the gauge shows nothing. */
  read(metric: MetricName, otherwise = 0): number {
    return this.get(metric) ?? otherwise;
  }

  /** Sets a gauge, held within its range; metrics outside `ranges` are a mistake of the body. */
  set(metric: MetricName, value: number): void {
    const range = this.ranges[metric];
    if (range === undefined) throw new Error(`body has no gauge ${metric}`);
    this.#values.set(metric, Math.min(Math.max(value, range[0]), range[1]));
  }

  clear(metrics: readonly MetricName[]): void {
    for (const metric of metrics) this.#values.delete(metric);
  }

  /** The sentence that says why a gauge cannot be pinned so (no such gauge, or not to be carried by its wire), or null. */
  pinRefusal(metric: MetricName, value: number | null): string | null {
    const range = this.ranges[metric];
    if (range === undefined) return `This device has no ${metric}; it has ${Object.keys(this.ranges).join(", ")}.`;
    if (value === null || (value >= range[0] && value <= range[1])) return null;
    return `${metric} must be from ${range[0]} to ${range[1]}, or null to free it.`;
  }

  /** Pins a gauge; null frees it. What `pinRefusal` refuses is left as it is. */
  pin(metric: MetricName, value: number | null): void {
    if (this.pinRefusal(metric, value) !== null) return;
    if (value === null) this.#pins.delete(metric);
    else this.#pins.set(metric, value);
  }

  pinned(): MetricName[] {
    return [...this.#pins.keys()];
  }

  snapshot(): BodyValues {
    return Object.fromEntries([...this.#values, ...this.#pins]);
  }
}
