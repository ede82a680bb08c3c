import { join } from "node:path";
import type { Clock, WallTime } from "../clock.ts";
import { Defibrillator } from "../devices/defibrillator.ts";
import { DpsModule } from "../devices/dps-module.ts";
import { DraegerVentilator } from "../devices/draeger-ventilator.ts";
import { GasPanel } from "../devices/gas-panel.ts";
import { InfusionPump } from "../devices/infusion-pump.ts";
import { Mri } from "../devices/mri.ts";
import { PbVentilator } from "../devices/pb-ventilator.ts";
import { SyringePump } from "../devices/syringe-pump.ts";
import type { Random } from "../random.ts";
import { syringePumpPort } from "../wires/alaris-asena/syringe-pump-port.ts";
import { defibrillatorUnit } from "../wires/defib-ready/registers.ts";
import { DefibReportPort } from "../wires/defib-report/defib-report-port.ts";
import { MedibusPort } from "../wires/draeger-medibus/medibus-port.ts";
import { modelOfProfile } from "../wires/draeger-medibus/model.ts";
import { gasPanelUnit } from "../wires/gas-panel/map.ts";
import { type ModbusUnit, modbusWire } from "../wires/modbus/modbus-wire.ts";
import { RTU_FRAMING } from "../wires/modbus/rtu-framing.ts";
import { RtuPort } from "../wires/modbus/rtu-port.ts";
import { TCP_FRAMING } from "../wires/modbus/tcp-framing.ts";
import { ScannerWire } from "../wires/mri/scanner-wire.ts";
import { OrchestraPort } from "../wires/orchestra/orchestra-port.ts";
import { ventilatorPort } from "../wires/pb840/ventilator-port.ts";
import type { PortPool } from "../wires/ports.ts";
import { RackWire } from "../wires/pump-rack/rack-wire.ts";
import { RefusalLog } from "../wires/refusal-log.ts";
import { serialWire } from "../wires/serial-wire.ts";
import type { Wire } from "../wires/wire.ts";
import { SLOTS_PER_RACK } from "./plan-hospital.ts";
import type { PlannedLine } from "./plan-part.ts";
import type { AnyBody, SimulatedDevice } from "./simulated-device.ts";

/** What a line needs from the world around it. */
export interface LineContext {
  clock: Clock;
  random: Random;
  ports: PortPool;
  wallTime: (atMs: number) => WallTime;
  baudRate: number;
  dataDir: string;
  devices: ReadonlyMap<string, SimulatedDevice>;
}

const isOf =
  <Body extends AnyBody>(bodyClass: abstract new (...parameters: never[]) => Body) =>
  (device: SimulatedDevice): device is SimulatedDevice<Body> =>
    device.body instanceof bodyClass;

/** The units of a line whose bodies are of the class that its wire can speak for; anything else is a mistake of the plan. */
function unitsOf<Body extends AnyBody>(
  line: PlannedLine,
  context: LineContext,
  bodyClass: abstract new (...parameters: never[]) => Body,
): Map<string, SimulatedDevice<Body>> {
  const isRight = isOf(bodyClass);
  return new Map(
    line.units.map(({ unit, device: id }) => {
      const device = context.devices.get(id);
      if (device === undefined || !isRight(device)) throw new Error(`${id} cannot hang on line ${line.id}`);
      return [unit, device];
    }),
  );
}

function onlyUnitOf<Body extends AnyBody>(
  line: PlannedLine,
  context: LineContext,
  bodyClass: abstract new (...parameters: never[]) => Body,
): SimulatedDevice<Body> {
  const [device] = unitsOf(line, context, bodyClass).values();
  if (device === undefined) throw new Error(`no device on line ${line.id}`);
  return device;
}

const byNumber = <Unit>(units: ReadonlyMap<string, Unit>): Map<number, Unit> =>
  new Map([...units].map(([unit, device]) => [Number(unit), device]));

/** A password of a line: the same for the same seed, as everything else here; it guards nothing but a simulator. */
function password(random: Random): string {
  return Array.from({ length: 20 }, () => random.integer(0, 35).toString(36)).join("");
}

function rackWire(line: PlannedLine, context: LineContext): Wire {
  const random = context.random.fork(`line ${line.id}`);
  const units = unitsOf(line, context, InfusionPump);
  return new RackWire(context.ports, {
    clock: context.clock,
    lineId: line.id,
    serial: `PR${String(random.integer(1, 999_999)).padStart(6, "0")}`,
    slotCount: SLOTS_PER_RACK,
    pumps: byNumber(units),
    credentials: { username: "wardtwin", password: password(random) },
    folder: join(context.dataDir, "racks", line.id),
  });
}

function scannerWire(line: PlannedLine, context: LineContext): Wire {
  const random = context.random.fork(`line ${line.id}`);
  return new ScannerWire(context.ports, {
    clock: context.clock,
    lineId: line.id,
    scanners: unitsOf(line, context, Mri),
    credentials: { username: "wardtwin", password: password(random) },
    folder: join(context.dataDir, "scanners", line.id),
  });
}

/** What hangs on a line, as its first device says; a line has devices of one kind alone. */
const kindOn = (line: PlannedLine, { devices }: LineContext): string | undefined =>
  devices.get(line.units[0]?.device ?? "")?.entry.kind;

function modbusUnits(line: PlannedLine, context: LineContext): Map<number, ModbusUnit> {
  const units: [string, ModbusUnit][] =
    kindOn(line, context) === "medical-gas"
      ? [...unitsOf(line, context, GasPanel)].map(([unit, device]) => [unit, gasPanelUnit(device)])
      : [...unitsOf(line, context, Defibrillator)].map(([unit, device]) => [unit, defibrillatorUnit(device)]);
  return byNumber(new Map(units));
}

/** The wire of a planned line, not yet open. */
export function createWire(line: PlannedLine, context: LineContext): Wire {
  const { clock, ports, wallTime, baudRate } = context;
  const random = context.random.fork(`noise ${line.id}`);
  switch (line.protocol) {
    case "puritan-bennett-sndf":
    case "puritan-bennett-snda": {
      const device = onlyUnitOf(line, context, PbVentilator);
      return serialWire(ports, ventilatorPort({ device, clock, random, wallTime, baudRate }));
    }
    case "modbus": {
      const units = modbusUnits(line, context);
      if (line.framing !== "rtu") return modbusWire(ports, { clock, random, framing: TCP_FRAMING, units });
      const refused = new RefusalLog();
      return serialWire(ports, new RtuPort({ clock, random, units, refused }), refused, RTU_FRAMING.scheme);
    }
    case "alaris-asena": {
      const device = onlyUnitOf(line, context, SyringePump);
      const refused = new RefusalLog();
      return serialWire(ports, syringePumpPort({ device, clock, random, baudRate, refused }), refused);
    }
    case "draeger-medibus": {
      const device = onlyUnitOf(line, context, DraegerVentilator);
      const refused = new RefusalLog();
      const model = modelOfProfile(device.entry.profile);
      return serialWire(ports, new MedibusPort({ device, clock, random, wallTime, model, refused }), refused);
    }
    case "fresenius-orchestra": {
      const refused = new RefusalLog();
      const units = byNumber(unitsOf(line, context, DpsModule));
      return serialWire(ports, new OrchestraPort({ units, clock, random, refused }), refused);
    }
    case "defib-ready-serial": {
      const refused = new RefusalLog();
      const device = onlyUnitOf(line, context, Defibrillator);
      return serialWire(ports, new DefibReportPort({ device, clock, random, refused }), refused);
    }
    case "opc-ua":
      return kindOn(line, context) === "imaging" ? scannerWire(line, context) : rackWire(line, context);
  }
}
