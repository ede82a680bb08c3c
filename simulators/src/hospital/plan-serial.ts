import type { Random } from "../random.ts";
import { at, FIRST_UNIT_ID, floorOf, number2, type PlanPart, serials } from "./plan-part.ts";
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

/** A line each, into which a defibrillator reports its self-tests. */
export function serialDefibrillators(random: Random, count: number): PlanPart {
  const nextSerial = serials(random, "SN001", 5);
  const part: PlanPart = { devices: [], lines: [] };
  for (let index = 0; index < count; index += 1) {
    const ward = at(PLACEMENT["serial-defibrillator"], index);
    const id = `serial-defib-${number2(index)}`;
    part.devices.push({
      id,
      kind: "defibrillator",
      manufacturer: "Wardtwin Synthetic",
      model: "DFX-200",
      serial: nextSerial(),
      firmware: "2.01",
      assetNumber: `SGH-R${number2(index).padStart(4, "0")}`,
      ward,
      profile: "wardtwin-synthetic/defib-ready-1-serial",
    });
    part.lines.push({
      id: `${ward}-defib-${index + 1}`,
      gateway: gatewayOfFloor(floorOf(ward)),
      protocol: "defib-ready-serial",
      units: [{ unit: "1", device: id }],
    });
  }
  return part;
}

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
