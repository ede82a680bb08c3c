import type { WallTime } from "../../clock.ts";
import type { DraegerVentilator, PatientRecord } from "../../devices/draeger-ventilator.ts";
import type { MedibusModel } from "./model.ts";
import { dateText } from "./records.ts";

/** What a device can be asked about at one moment. */
export interface MedibusView {
  body: DraegerVentilator;
  model: MedibusModel;
  /** Milliseconds since 1970 by its own clock, and what that clock shows. */
  nowMs: number;
  wallTime: (atMs: number) => WallTime;
  patient: PatientRecord | null;
  /** No value is to be had of any gauge. */
  blank: boolean;
  /** It says that it stands by, whatever its body does. */
  standby: boolean;
}

/** A moment as the model writes it. Time zones differ by whole minutes, so the second is the same in all. */
export function clockText({ model, wallTime }: MedibusView, atMs: number): string {
  return dateText(wallTime(atMs), Math.floor(atMs / 1000) % 60, model.date);
}
