import fc from "fast-check";
import { expect, test } from "vitest";
import scanner from "../../catalog/imaging/mri-1.profile.ts";
import profile from "../../catalog/infusion-pump/pump-rack-1.profile.ts";
import { decodeOpcUa, nodesOf, type OpcUaValue } from "./opc-ua.ts";

const good = (value: unknown): OpcUaValue => ({ status: "good", value });
const NOW_MS = Date.UTC(2026, 2, 29, 1, 59, 59, 250);
const pump = {
  "Slot2.Occupied": good(true),
  "Slot2.Manufacturer": good("Wardtwin"),
  "Slot2.Model": good("P1"),
  "Slot2.SerialNumber": good(" SN-7 "),
  "Slot2.SoftwareRevision": good("1.4"),
  "Slot2.DeviceHealth": good(3),
  "Slot2.OperatingState": good(3),
  "Slot2.InfusionRate": good(12.5),
  "Slot2.VolumeInfused": good(3.25),
  "Slot2.LinePressure": good(55),
  "Slot2.OcclusionCount": good(4),
  "Slot2.BatteryCharge": good(88.5),
  "Slot2.MainsPresent": good(true),
  "Slot2.MotorRunTime": good(1234.5),
  "Slot2.TechnicalAlarm": good(false),
};
const decoded = (changes: Record<string, OpcUaValue> = {}) =>
  decodeOpcUa(profile, "slot", "2", new Map(Object.entries({ ...pump, ...changes })), NOW_MS);
const reading = (metric: string, changes: Record<string, OpcUaValue>) => {
  const slot = decoded(changes);
  return slot.ok ? slot.value.readings.find((found) => found.metric === metric) : undefined;
};

test("a slot's variables mean what the layout says", () => {
  const slot = decoded();
  if (!slot.ok) throw new Error(slot.fault);
  expect(slot.value.identity).toEqual({ manufacturer: "Wardtwin", model: "P1", serial: "SN-7", firmware: "1.4" });
  expect(slot.value.operatingState).toBe("in-use");
  expect(Object.fromEntries(slot.value.readings.map(({ metric, value }) => [metric, value]))).toEqual({
    deviceHealth: 3,
    infusionRateMlPerH: 12.5,
    volumeInfusedMl: 3.25,
    linePressureMmHg: 55,
    occlusionCount: 4,
    batteryChargePct: 88.5,
    mainsPresent: 1,
    motorRunTimeH: 1234.5,
    technicalAlarm: 0,
  });
});

test("the poll reads what the decoder needs, each variable once", () => {
  expect(nodesOf(profile, "slot", "2").toSorted()).toEqual(Object.keys(pump).toSorted());
});

test("an empty slot is vacant, and one that does not say is no rack of this layout", () => {
  expect(decoded({ "Slot2.Occupied": good(false) })).toEqual({ ok: false, fault: "codec.vacant" });
  expect(decoded({ "Slot2.Occupied": { status: "bad", value: null } })).toEqual({ ok: false, fault: "codec.layout" });
});

test("a bad status is a blank, an uncertain one is stale, a wrong type is implausible", () => {
  expect(reading("batteryChargePct", { "Slot2.BatteryCharge": { status: "bad", value: 12 } })).toMatchObject({
    value: null,
    quality: "good",
  });
  expect(reading("batteryChargePct", { "Slot2.BatteryCharge": { status: "uncertain", value: 12 } })).toMatchObject({
    value: 12,
    quality: "stale",
  });
  expect(reading("batteryChargePct", { "Slot2.BatteryCharge": good("full") })).toMatchObject({
    value: null,
    quality: "implausible",
  });
  expect(reading("deviceHealth", { "Slot2.DeviceHealth": good(17) })).toMatchObject({
    value: 17,
    quality: "implausible",
  });
});

const mri = {
  "DI:Manufacturer": good("Wardtwin"),
  "DI:Model": good("M1"),
  "DI:SerialNumber": good("MR-0042"),
  "DI:SoftwareRevision": good("7.1"),
  "DI:DeviceHealth": good(4),
  "DI:ParameterSet/ScannerState": good(3),
  "DI:ParameterSet/ColdHeadTemperature": good(4.12),
  "DI:ParameterSet/ColdHeadRunTime": good(18_230.5),
  "DI:ParameterSet/HeliumLevel": good(71.4),
  "DI:ParameterSet/HeliumPressure": good(6.9),
  "DI:ParameterSet/CompressorRunTime": good(40_010),
  "DI:ParameterSet/ChillerSupplyTemperature": good(12.5),
  "DI:ParameterSet/ChillerFlow": good(34.2),
  "DI:ParameterSet/ExaminationCount": good(51_203),
  "DI:ParameterSet/MagnetAtField": good(true),
  "DI:ParameterSet/MainsPresent": good(true),
  "DI:ParameterSet/TechnicalAlarm": good(false),
  "DI:ParameterSet/ChillerAlarm": good(false),
  "DI:ParameterSet/ServerTime": good(new Date(NOW_MS - 90_500)),
};
const scanned = (changes: Record<string, OpcUaValue> = {}) =>
  decodeOpcUa(scanner, "status", "Mri1", new Map(Object.entries({ ...mri, ...changes })), NOW_MS);

test("a scanner's variables mean what the layout says, by their paths below the device", () => {
  const decodedScan = scanned();
  if (!decodedScan.ok) throw new Error(decodedScan.fault);
  const { identity, operatingState, readings } = decodedScan.value;
  expect([identity, operatingState]).toEqual([
    { manufacturer: "Wardtwin", model: "M1", serial: "MR-0042", firmware: "7.1" },
    "in-use",
  ]);
  expect(readings.filter(({ quality }) => quality !== "good")).toEqual([]);
  expect(Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))).toEqual({
    deviceHealth: 4,
    technicalAlarm: 0,
    mainsPresent: 1,
    deviceClockOffsetS: -90.5,
    magnetAtField: 1,
    coldHeadTemperatureK: 4.12,
    coldHeadRunTimeH: 18_230.5,
    heliumLevelPct: 71.4,
    heliumPressureKPa: 6.9,
    compressorRunTimeH: 40_010,
    chillerSupplyTemperatureCel: 12.5,
    chillerFlowLPerMin: 34.2,
    chillerAlarm: 0,
    examinationCount: 51_203,
  });
  expect(nodesOf(scanner, "status", "Mri1").toSorted()).toEqual(Object.keys(mri).toSorted());
});

test("a clock that tells no time is implausible, and so is one that tells an impossible one", () => {
  const offset = (value: unknown) => {
    const clock = scanned({ "DI:ParameterSet/ServerTime": good(value) });
    return clock.ok ? clock.value.readings.find(({ metric }) => metric === "deviceClockOffsetS") : undefined;
  };
  for (const value of [NOW_MS, "2026-03-29", new Date(Number.NaN)]) {
    expect(offset(value)).toMatchObject({ value: null, quality: "implausible" });
  }
});

test("a state that the layout does not know is unknown", () => {
  const state = (value: unknown) => {
    const slot = decoded({ "Slot2.OperatingState": good(value) });
    return slot.ok ? slot.value.operatingState : slot.fault;
  };
  expect([state(4), state(9), state("3"), state(-1)]).toEqual(["self-test", "unknown", "unknown", "unknown"]);
});

test("any values are readings or a fault, and a name is short and clean", () => {
  const value = fc.record({ status: fc.constantFrom("good", "uncertain", "bad"), value: fc.anything() });
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(pump)), value), (changes) => {
      // fast-check's constants widen to string; the generator above keeps to the three words.
      const slot = decoded(changes as Record<string, OpcUaValue>);
      return !slot.ok || (slot.value.identity.serial ?? "").length <= 60;
    }),
  );
  const named = decoded({ "Slot2.SerialNumber": good(`\u001b[31m${"9".repeat(500)}`) });
  expect(named.ok && named.value.identity.serial).toMatch(/^\[31m9{56}$/);
});
