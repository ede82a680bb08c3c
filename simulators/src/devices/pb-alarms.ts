import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Gauges } from "./gauges.ts";

/** How far the delivered oxygen may be from what is set (share of the volume, in percent). */
const OXYGEN_MARGIN_PCT = 7;

const isAbove =
  (measured: MetricName, limit: MetricName) =>
  (gauges: Gauges): boolean => {
    const [value, most] = [gauges.get(measured), gauges.get(limit)];
    return value !== undefined && most !== undefined && value > most;
  };
const isBelow =
  (measured: MetricName, limit: MetricName) =>
  (gauges: Gauges): boolean => {
    const [value, least] = [gauges.get(measured), gauges.get(limit)];
    return value !== undefined && least !== undefined && value < least;
  };
const oxygenOff = (gauges: Gauges): number => {
  const isWatched = Math.round(gauges.read("oxygenSensorSet")) === 1;
  return isWatched ? gauges.read("oxygenConcentrationPct") - gauges.read("oxygenConcentrationSetPct") : 0;
};
const never = (): boolean => false;

/** The alarms about the person and the therapy, and when they are active. What no gauge can tell is switched by a fault. */
const CONDITIONS = {
  apnea: (gauges: Gauges): boolean =>
    60 / Math.max(gauges.read("respiratoryRatePerMin"), 0.1) > gauges.read("apneaIntervalSetS"),
  minuteVolumeHigh: isAbove("minuteVolumeExpiredLPerMin", "minuteVolumeHighLimitLPerMin"),
  tidalVolumeHigh: isAbove("tidalVolumeExpiredMl", "tidalVolumeMandatoryHighLimitMl"),
  oxygenHigh: (gauges: Gauges): boolean => oxygenOff(gauges) > OXYGEN_MARGIN_PCT,
  pressureHigh: isAbove("airwayPressurePeakCmH2O", "airwayPressureHighLimitCmH2O"),
  ventilatorPressureHigh: never,
  rateHigh: isAbove("respiratoryRatePerMin", "respiratoryRateHighLimitPerMin"),
  tidalVolumeMandatoryLow: isBelow("tidalVolumeExpiredMl", "tidalVolumeMandatoryLowLimitMl"),
  minuteVolumeLow: isBelow("minuteVolumeExpiredLPerMin", "minuteVolumeLowLimitLPerMin"),
  tidalVolumeSpontaneousLow: isBelow("tidalVolumeSpontaneousMl", "tidalVolumeSpontaneousLowLimitMl"),
  oxygenLow: (gauges: Gauges): boolean => oxygenOff(gauges) < -OXYGEN_MARGIN_PCT,
  disconnect: never,
  occlusion: never,
  inspirationTooLong: never,
  volumeLimitedByCompliance: never,
  inspiredSpontaneousHigh: isAbove("tidalVolumeSpontaneousMl", "tidalVolumeInspiredHighLimitMl"),
  inspiredMandatoryHigh: isAbove("tidalVolumeInspiredMl", "tidalVolumeInspiredHighLimitMl"),
  compensationHigh: never,
  proportionalStartTooLong: never,
  lungNotAssessed: never,
  mandatoryVolumeNotDelivered: never,
  supportedVolumeNotDelivered: never,
  pressureLow: isBelow("airwayPressurePeakCmH2O", "airwayPressureLowLimitCmH2O"),
  proximalFlowInoperative: never,
} as const;

export type PbAlarm = keyof typeof CONDITIONS;
const isPbAlarm = (name: string): name is PbAlarm => Object.hasOwn(CONDITIONS, name);
export const PB_ALARMS: readonly PbAlarm[] = Object.keys(CONDITIONS).filter(isPbAlarm);

export type AlarmStatus = "normal" | "active" | "reset";

/** The alarms of one ventilator: each stays marked as reset when it is over, until the use is. */
export class PbAlarms {
  readonly #status = new Map<PbAlarm, AlarmStatus>();

  status(alarm: PbAlarm): AlarmStatus {
    return this.#status.get(alarm) ?? "normal";
  }

  step(gauges: Gauges, inUse: boolean): void {
    if (!inUse) this.#status.clear();
    for (const alarm of inUse ? PB_ALARMS : []) {
      if (CONDITIONS[alarm](gauges)) this.#status.set(alarm, "active");
      else if (this.status(alarm) === "active") this.#status.set(alarm, "reset");
    }
  }
}
