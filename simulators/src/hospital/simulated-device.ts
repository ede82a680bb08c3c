import type { Clock, WallTime } from "../clock.ts";
import { Defibrillator } from "../devices/defibrillator.ts";
import { DpsModule } from "../devices/dps-module.ts";
import { DraegerVentilator } from "../devices/draeger-ventilator.ts";
import { GasPanel } from "../devices/gas-panel.ts";
import type { BodyValues } from "../devices/gauges.ts";
import { InfusionPump } from "../devices/infusion-pump.ts";
import { Mri } from "../devices/mri.ts";
import { PbVentilator } from "../devices/pb-ventilator.ts";
import { SyringePump } from "../devices/syringe-pump.ts";
import type { WireKind } from "../faults/fault-board.ts";
import { FaultBoard } from "../faults/fault-board.ts";
import type { Random } from "../random.ts";
import type { Ring } from "../ring.ts";
import { createRing } from "../ring.ts";
import type { Device } from "./manifest.ts";
import type { HospitalPlan } from "./plan-hospital.ts";
import { dutyOf } from "./wards.ts";

/** What a device said at one moment, beside the truth at that moment. */
export interface Said {
  atMs: number;
  /** What it was asked, in the words of its protocol. */
  request: string;
  operatingState: string;
  values: BodyValues;
  /** False when a fault spoiled the reply. */
  whole: boolean;
}

export type AnyBody =
  | PbVentilator
  | Defibrillator
  | InfusionPump
  | SyringePump
  | Mri
  | GasPanel
  | DraegerVentilator
  | DpsModule;

/** A device of the running hospital: its entry in the asset register, its body, its faults, and what it has said. */
export interface SimulatedDevice<OneBody extends AnyBody = AnyBody> {
  readonly entry: Device;
  readonly body: OneBody;
  readonly faults: FaultBoard;
  readonly said: Ring<Said>;
}

/** Utterances kept per device; at one a second, the last four minutes. */
const SAID_MAX = 240;

const WIRE_OF_PROFILE = {
  "puritan-bennett/840": "serial",
  "puritan-bennett/840-snda": "serial",
  "puritan-bennett/980": "serial",
  "wardtwin-synthetic/defib-ready-1": "modbus",
  "wardtwin-synthetic/pump-rack-1": "opc-ua",
  "alaris/asena-gh": "alaris-asena",
  "wardtwin-synthetic/mri-1": "opc-ua-di",
  "wardtwin-synthetic/gas-panel-2": "modbus",
  "draeger/evita-xl": "draeger-medibus",
  "draeger/evita-v500": "draeger-medibus",
  "draeger/apollo": "draeger-medibus",
  "fresenius/orchestra-module-dps": "orchestra-module",
  "wardtwin-synthetic/defib-ready-1-serial": "defib-report",
} as const satisfies Record<Device["profile"], WireKind>;

function createBody(entry: Device, random: Random, nowMs: number, wallTime: (atMs: number) => WallTime): AnyBody {
  switch (entry.kind) {
    case "ventilator":
      return createVentilator(entry, random);
    case "defibrillator":
      return new Defibrillator(dutyOf(entry.kind, entry.ward), random, nowMs, wallTime);
    case "infusion-pump":
      return createPump(entry, random);
    case "imaging":
      return new Mri(dutyOf(entry.kind, entry.ward), random, nowMs, wallTime);
    case "medical-gas":
      return new GasPanel(dutyOf(entry.kind, entry.ward), random);
  }
}

function createVentilator({ profile, ward }: Device, random: Random): AnyBody {
  if (profile.startsWith("draeger/")) return new DraegerVentilator(dutyOf("medibus-ventilator", ward), random);
  return new PbVentilator(profile === "puritan-bennett/980" ? "980" : "840", dutyOf("ventilator", ward), random);
}

function createPump({ profile, ward }: Device, random: Random): AnyBody {
  if (profile === "alaris/asena-gh") return new SyringePump(dutyOf("syringe-pump", ward), random);
  if (profile === "fresenius/orchestra-module-dps") return new DpsModule(dutyOf("orchestra-module", ward), random);
  return new InfusionPump(dutyOf("infusion-pump", ward), random);
}

/** The devices of a plan, by id, each with its own stream of chance. */
export function createDevices(
  plan: HospitalPlan,
  random: Random,
  clock: Clock,
  wallTime: (atMs: number) => WallTime,
): Map<string, SimulatedDevice> {
  const nowMs = clock.nowMs();
  const rtuLines = plan.lines.filter(({ framing }) => framing === "rtu");
  const onRtu = new Set(rtuLines.flatMap(({ units }) => units.map(({ device }) => device)));
  return new Map(
    plan.devices.map((entry) => [
      entry.id,
      {
        entry,
        body: createBody(entry, random.fork(`body ${entry.id}`), nowMs, wallTime),
        faults: new FaultBoard(onRtu.has(entry.id) ? "modbus-rtu" : WIRE_OF_PROFILE[entry.profile]),
        said: createRing<Said>(SAID_MAX),
      },
    ]),
  );
}

/** Puts on record what a device is about to say. */
export function recordSaid(device: SimulatedDevice, atMs: number, request: string, whole: boolean): void {
  const { body } = device;
  device.said.push({ atMs, request, operatingState: body.duty.state, values: body.gauges.snapshot(), whole });
}
