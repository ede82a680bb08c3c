import type { Random } from "../random.ts";
import { createRandom } from "../random.ts";
import { MODELS } from "../wires/draeger-medibus/model.ts";
import type { Device } from "./manifest.ts";
import { at, FIRST_UNIT_ID, floorOf, number2, type PlannedLine, serials } from "./plan-part.ts";
import {
  orchestraModules,
  rtuDefibrillators,
  serialDefibrillators,
  ventilators980,
  ventilatorsSnda,
} from "./plan-serial.ts";
import type { SimulatedKind } from "./wards.ts";
import { gatewayOfFloor, PLACEMENT } from "./wards.ts";

export interface HospitalPlan {
  seed: number;
  devices: Device[];
  lines: PlannedLine[];
}

export type DeviceCounts = Readonly<Record<SimulatedKind, number>>;
export const DEFAULT_COUNTS: DeviceCounts = {
  ventilator: 10,
  defibrillator: 8,
  "infusion-pump": 15,
  "syringe-pump": 3,
  imaging: 2,
  "medical-gas": 3,
  "medibus-ventilator": 4,
  "orchestra-module": 4,
  "serial-defibrillator": 2,
  "rtu-defibrillator": 3,
  "ventilator-980": 2,
  "ventilator-snda": 1,
};
/** As many of each kind. */
export const countOfEach = (count: number): DeviceCounts => ({
  ventilator: count,
  defibrillator: count,
  "infusion-pump": count,
  "syringe-pump": count,
  imaging: count,
  "medical-gas": count,
  "medibus-ventilator": count,
  "orchestra-module": count,
  "serial-defibrillator": count,
  "rtu-defibrillator": count,
  "ventilator-980": count,
  "ventilator-snda": count,
});
export const DEVICES_PER_KIND_MAX = 64;
export const SLOTS_PER_RACK = 8;
const SCANNER_SERVERS = 2;

/** A Modbus line carries no more units than a manifest line may list. */
const UNITS_PER_LINE_MAX = 64;

function ventilators(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "35", 8);
  const portsOfWard = new Map<string, number>();
  const devices: Device[] = [];
  const lines: PlannedLine[] = [];
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT.ventilator, index);
    const port = (portsOfWard.get(ward) ?? 0) + 1;
    portsOfWard.set(ward, port);
    const id = `vent-${number2(index)}`;
    devices.push({
      id,
      kind: "ventilator",
      manufacturer: "Puritan Bennett",
      model: "840",
      serial: nextSerial(),
      firmware: "4-simulated",
      assetNumber: `SGH-V${number2(index).padStart(4, "0")}`,
      ward,
      profile: "puritan-bennett/840",
    });
    lines.push({
      id: `${ward}-serial-${port}`,
      gateway: gatewayOfFloor(floorOf(ward)),
      protocol: "puritan-bennett-sndf",
      units: [{ unit: "1", device: id }],
    });
  }
  return { devices, lines };
}

/** One Modbus line a floor: neighbours share a bus, so that a dead one can be seen not to delay the others. */
function defibrillators(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "SN000", 5);
  const devices: Device[] = [];
  const lineOfFloor = new Map<number, PlannedLine>();
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT.defibrillator, index);
    const floor = floorOf(ward);
    const id = `defib-${number2(index)}`;
    devices.push({
      id,
      kind: "defibrillator",
      manufacturer: "Wardtwin Synthetic",
      model: "DFX-200",
      serial: nextSerial(),
      firmware: String(random.integer(5, 7)),
      assetNumber: `SGH-D${number2(index).padStart(4, "0")}`,
      ward,
      profile: "wardtwin-synthetic/defib-ready-1",
    });
    const line = lineOfFloor.get(floor) ?? {
      id: `floor-${floor}-modbus-1`,
      gateway: gatewayOfFloor(floor),
      protocol: "modbus",
      units: [],
    };
    lineOfFloor.set(floor, line);
    if (line.units.length >= UNITS_PER_LINE_MAX) throw new Error(`more than ${UNITS_PER_LINE_MAX} units on ${line.id}`);
    line.units.push({ unit: String(FIRST_UNIT_ID + line.units.length), device: id });
  }
  return { devices, lines: [...lineOfFloor.values()] };
}

function pumps(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "PX", 6);
  const racksOfWard = new Map<string, number>();
  const devices: Device[] = [];
  const lines: PlannedLine[] = [];
  for (let index = 0; index < count; index += 1) {
    const slot = index % SLOTS_PER_RACK;
    const ward = at(PLACEMENT["infusion-pump"], Math.floor(index / SLOTS_PER_RACK));
    if (slot === 0) {
      const rack = (racksOfWard.get(ward) ?? 0) + 1;
      racksOfWard.set(ward, rack);
      const gateway = gatewayOfFloor(floorOf(ward));
      lines.push({ id: `${ward}-rack-${rack}`, gateway, protocol: "opc-ua", units: [] });
    }
    const id = `pump-${number2(index)}`;
    devices.push({
      id,
      kind: "infusion-pump",
      manufacturer: "Wardtwin Synthetic",
      model: "PX-1",
      serial: nextSerial(),
      firmware: random.pick(["1.4.0", "1.4.2"]),
      assetNumber: `SGH-P${number2(index).padStart(4, "0")}`,
      ward,
      profile: "wardtwin-synthetic/pump-rack-1",
    });
    lines.at(-1)?.units.push({ unit: String(slot + 1), device: id });
  }
  return { devices, lines };
}

/** A line each: they stand on poles, and every pole has a socket of the serial device server beside it. */
function syringePumps(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "8002-", 5);
  const devices: Device[] = [];
  const lines: PlannedLine[] = [];
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT["syringe-pump"], index);
    const id = `syringe-${number2(index)}`;
    devices.push({
      id,
      kind: "infusion-pump",
      manufacturer: "Alaris",
      model: "Asena GH",
      serial: nextSerial(),
      firmware: "2.1.5",
      assetNumber: `SGH-S${number2(index).padStart(4, "0")}`,
      ward,
      profile: "alaris/asena-gh",
    });
    lines.push({
      id: `${ward}-syringe-${index + 1}`,
      gateway: gatewayOfFloor(floorOf(ward)),
      protocol: "alaris-asena",
      units: [{ unit: "1", device: id }],
    });
  }
  return { devices, lines };
}

/** Two servers, so that one can be seen to fail alone; each names its scanners by their place in its device set. */
function scanners(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "MR", 6);
  const devices: Device[] = [];
  const lines: PlannedLine[] = [];
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT.imaging, index);
    const server = index % SCANNER_SERVERS;
    const id = `mri-${number2(index)}`;
    devices.push({
      id,
      kind: "imaging",
      manufacturer: "Wardtwin Synthetic",
      model: "MR-1",
      serial: nextSerial(),
      firmware: random.pick(["3.1.0", "3.2.1"]),
      assetNumber: `SGH-I${number2(index).padStart(4, "0")}`,
      ward,
      profile: "wardtwin-synthetic/mri-1",
    });
    const line = lines[server] ?? {
      id: `${ward}-scanner-${server + 1}`,
      gateway: gatewayOfFloor(floorOf(ward)),
      protocol: "opc-ua",
      units: [],
    };
    lines[server] = line;
    line.units.push({ unit: `Mri${line.units.length + 1}`, device: id });
  }
  return { devices, lines };
}

/** One line from the plant room through the house, its units counted from 1. */
function gasPanels(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "GP", 6);
  const devices: Device[] = Array.from({ length: count }, (_, index) => ({
    id: `gas-${number2(index)}`,
    kind: "medical-gas",
    manufacturer: "Wardtwin Synthetic",
    model: "GP-2",
    serial: nextSerial(),
    firmware: String(random.integer(11, 13)),
    assetNumber: `SGH-G${number2(index).padStart(4, "0")}`,
    ward: at(PLACEMENT["medical-gas"], index),
    profile: "wardtwin-synthetic/gas-panel-2",
  }));
  if (count > UNITS_PER_LINE_MAX) throw new Error(`more than ${UNITS_PER_LINE_MAX} gas panels on one line`);
  const units = devices.map(({ id }, index) => ({ unit: String(index + 1), device: id }));
  const plantRoom = PLACEMENT["medical-gas"][0];
  const line = { id: `${plantRoom}-modbus-1`, gateway: gatewayOfFloor(floorOf(plantRoom)), units };
  return { devices, lines: count === 0 ? [] : [{ ...line, protocol: "modbus" }] };
}

/** Of every four ventilators that speak MEDIBUS two are older. */
const MEDIBUS_MODELS = ["evita-xl", "evita-xl", "evita-v500", "apollo"] as const;

/** A line each: MEDIBUS has two ends. */
function medibusVentilators(random: Random, count: number): { devices: Device[]; lines: PlannedLine[] } {
  const nextSerial = serials(random, "ASDR-", 4);
  const linesOfWard = new Map<string, number>();
  const devices: Device[] = [];
  const lines: PlannedLine[] = [];
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT["medibus-ventilator"], index);
    const model = at(MEDIBUS_MODELS, index);
    const line = (linesOfWard.get(ward) ?? 0) + 1;
    linesOfWard.set(ward, line);
    const id = `medibus-${number2(index)}`;
    devices.push({
      id,
      kind: "ventilator",
      manufacturer: "Dräger",
      model: MODELS[model].name,
      serial: nextSerial(),
      firmware: MODELS[model].revision,
      assetNumber: `SGH-M${number2(index).padStart(4, "0")}`,
      ward,
      profile: `draeger/${model}`,
    });
    lines.push({
      id: `${ward}-medibus-${line}`,
      gateway: gatewayOfFloor(floorOf(ward)),
      protocol: "draeger-medibus",
      units: [{ unit: "1", device: id }],
    });
  }
  return { devices, lines };
}

/** The hospital of a seed: the same seed and counts always give the same plan. */
export function planHospital(seed: number, counts: DeviceCounts = DEFAULT_COUNTS): HospitalPlan {
  const random = createRandom(seed);
  const parts = [
    ventilators(random.fork("ventilators"), counts.ventilator),
    defibrillators(random.fork("defibrillators"), counts.defibrillator),
    pumps(random.fork("pumps"), counts["infusion-pump"]),
    // What is added comes last, so that a hospital of a seed keeps what it had.
    syringePumps(random.fork("syringe pumps"), counts["syringe-pump"]),
    scanners(random.fork("scanners"), counts.imaging),
    gasPanels(random.fork("gas panels"), counts["medical-gas"]),
    medibusVentilators(random.fork("medibus ventilators"), counts["medibus-ventilator"]),
    orchestraModules(random.fork("orchestra modules"), counts["orchestra-module"]),
    serialDefibrillators(random.fork("serial defibrillators"), counts["serial-defibrillator"]),
    rtuDefibrillators(random.fork("rtu defibrillators"), counts["rtu-defibrillator"]),
    ventilators980(random.fork("ventilators 980"), counts["ventilator-980"]),
    ventilatorsSnda(random.fork("ventilators snda"), counts["ventilator-snda"]),
  ];
  return {
    seed,
    devices: parts.flatMap((part) => part.devices),
    lines: parts.flatMap((part) => part.lines),
  };
}
