import type { Random } from "../random.ts";
import type { Device } from "./manifest.ts";
import { at, FIRST_UNIT_ID, floorOf, number2, type PlannedLine, type PlanPart, serials } from "./plan-part.ts";
import { gatewayOfFloor, PLACEMENT } from "./wards.ts";

const SLOTS_PER_BASE = 5;
const UNITS_PER_BUS = 16;

/** Modules stand in the slots of a base, which has one line; its asset is the modules. */
export function orchestraModules(random: Random, count: number): PlanPart {
  const nextSerial = serials(random, "DPS", 6);
  const part: PlanPart = { devices: [], lines: [] };
  for (let index = 0; index < count; index += 1) {
    const base = Math.floor(index / SLOTS_PER_BASE);
    const slot = (index % SLOTS_PER_BASE) + 1;
    const ward = at(PLACEMENT["orchestra-module"], base);
    const id = `dps-${number2(index)}`;
    part.devices.push({
      id,
      kind: "infusion-pump",
      manufacturer: "Fresenius Kabi",
      model: "Module DPS",
      serial: nextSerial(),
      firmware: "3-simulated",
      assetNumber: `SGH-O${number2(index).padStart(4, "0")}`,
      ward,
      profile: "fresenius/orchestra-module-dps",
    });
    if (slot === 1) {
      const gateway = gatewayOfFloor(floorOf(ward));
      part.lines.push({ id: `${ward}-orchestra-${base + 1}`, gateway, protocol: "fresenius-orchestra", units: [] });
    }
    part.lines.at(-1)?.units.push({ unit: String(slot), device: id });
  }
  return part;
}

/** What is the same of all devices of one kind that have a line each, and how their lines are called. */
interface OnLineEach {
  idPrefix: string;
  assetPrefix: string;
  lineName: string;
  wards: readonly [string, ...string[]];
  protocol: PlannedLine["protocol"];
  device: Pick<Device, "kind" | "manufacturer" | "model" | "firmware" | "profile">;
}

function oneToALine(nextSerial: () => string, count: number, row: OnLineEach): PlanPart {
  const part: PlanPart = { devices: [], lines: [] };
  for (let index = 0; index < count; index += 1) {
    const ward = at(row.wards, index);
    const id = `${row.idPrefix}-${number2(index)}`;
    const assetNumber = `${row.assetPrefix}${number2(index).padStart(4, "0")}`;
    part.devices.push({ id, ...row.device, serial: nextSerial(), assetNumber, ward });
    part.lines.push({
      id: `${ward}-${row.lineName}-${index + 1}`,
      gateway: gatewayOfFloor(floorOf(ward)),
      protocol: row.protocol,
      units: [{ unit: "1", device: id }],
    });
  }
  return part;
}

/** Defibrillators that report their self-tests. */
export const serialDefibrillators = (random: Random, count: number): PlanPart =>
  oneToALine(serials(random, "SN001", 5), count, {
    idPrefix: "serial-defib",
    assetPrefix: "SGH-R",
    lineName: "defib",
    wards: PLACEMENT["serial-defibrillator"],
    protocol: "defib-ready-serial",
    device: {
      kind: "defibrillator",
      manufacturer: "Wardtwin Synthetic",
      model: "DFX-200",
      firmware: "2.01",
      profile: "wardtwin-synthetic/defib-ready-1-serial",
    },
  });

export const ventilators980 = (random: Random, count: number): PlanPart =>
  oneToALine(serials(random, "35B", 7), count, {
    idPrefix: "pb980",
    assetPrefix: "SGH-N",
    lineName: "pb980",
    wards: PLACEMENT["ventilator-980"],
    protocol: "puritan-bennett-sndf",
    device: {
      kind: "ventilator",
      manufacturer: "Puritan Bennett",
      model: "980",
      firmware: "2-simulated",
      profile: "puritan-bennett/980",
    },
  });

/** An 840 that is asked for the shorter of its reports. */
export const ventilatorsSnda = (random: Random, count: number): PlanPart =>
  oneToALine(serials(random, "34", 8), count, {
    idPrefix: "snda",
    assetPrefix: "SGH-A",
    lineName: "snda",
    wards: PLACEMENT["ventilator-snda"],
    protocol: "puritan-bennett-snda",
    device: {
      kind: "ventilator",
      manufacturer: "Puritan Bennett",
      model: "840",
      firmware: "4-simulated",
      profile: "puritan-bennett/840-snda",
    },
  });

/** Several on one RS-485 bus, which a serial device server puts on the network as it is. */
export function rtuDefibrillators(random: Random, count: number): PlanPart {
  const nextSerial = serials(random, "SN002", 5);
  const part: PlanPart = { devices: [], lines: [] };
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT["rtu-defibrillator"], index);
    const id = `rtu-defib-${number2(index)}`;
    part.devices.push({
      id,
      kind: "defibrillator",
      manufacturer: "Wardtwin Synthetic",
      model: "DFX-200",
      serial: nextSerial(),
      firmware: String(random.integer(5, 7)),
      assetNumber: `SGH-B${number2(index).padStart(4, "0")}`,
      ward,
      profile: "wardtwin-synthetic/defib-ready-1",
    });
    if (index % UNITS_PER_BUS === 0) {
      const floor = floorOf(ward);
      const bus = index / UNITS_PER_BUS + 1;
      const gateway = gatewayOfFloor(floor);
      part.lines.push({ id: `floor-${floor}-rs485-${bus}`, gateway, protocol: "modbus", framing: "rtu", units: [] });
    }
    part.lines.at(-1)?.units.push({ unit: String(FIRST_UNIT_ID + (index % UNITS_PER_BUS)), device: id });
  }
  return part;
}
