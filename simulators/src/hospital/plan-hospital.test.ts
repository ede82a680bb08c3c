import fc from "fast-check";
import { expect, test } from "vitest";
import { countOfEach, DEFAULT_COUNTS, DEVICES_PER_KIND_MAX, planHospital } from "./plan-hospital.ts";
import { GATEWAYS, WARDS } from "./wards.ts";

const count = fc.integer({ min: 1, max: DEVICES_PER_KIND_MAX });
const counts = fc.record({
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
/** What the hospital of a seed had at first, which must stay as it was whatever is added. */
const FIRST_KINDS = {
  ...countOfEach(0),
  ventilator: 10,
  defibrillator: 8,
  "infusion-pump": 15,
  "syringe-pump": 3,
} as const;
const ID_PREFIX: Record<string, string> = {
  ventilator: "vent-",
  defibrillator: "defib-",
  "infusion-pump": "pump-",
  "syringe-pump": "syringe-",
  imaging: "mri-",
  "medical-gas": "gas-",
  "medibus-ventilator": "medibus-",
  "orchestra-module": "dps-",
  "serial-defibrillator": "serial-defib-",
  "rtu-defibrillator": "rtu-defib-",
  "ventilator-980": "pb980-",
  "ventilator-snda": "snda-",
};

test("the same seed is the same hospital, another seed another", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(planHospital(seed)).toEqual(planHospital(seed));
      expect(planHospital(seed).devices).not.toEqual(planHospital(seed + 1).devices);
    }),
  );
});

test("whatever the seed and the counts: ids, serials and asset numbers are unique, and all stands on a known ward", () => {
  fc.assert(
    fc.property(fc.nat(), counts, (seed, wanted) => {
      const { devices } = planHospital(seed, wanted);
      for (const [kind, number] of Object.entries(wanted)) {
        expect(devices.filter((device) => device.id.startsWith(ID_PREFIX[kind] ?? "?"))).toHaveLength(number);
      }
      for (const key of ["id", "serial", "assetNumber"] as const) {
        expect(new Set(devices.map((device) => device[key])).size).toBe(devices.length);
      }
      for (const device of devices) {
        expect(device.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(WARDS.some((ward) => ward.id === device.ward)).toBe(true);
      }
    }),
  );
});

test("every device hangs on exactly one line by a unit of its own, and every line belongs to one gateway", () => {
  fc.assert(
    fc.property(fc.nat(), counts, (seed, wanted) => {
      const { devices, lines } = planHospital(seed, wanted);
      expect(new Set(lines.map((line) => line.id)).size).toBe(lines.length);
      const hung = lines.flatMap((line) => line.units.map((unit) => unit.device));
      expect([...hung].sort()).toEqual(devices.map((device) => device.id).sort());
      for (const line of lines) {
        expect(GATEWAYS.some((gateway) => gateway.id === line.gateway)).toBe(true);
        expect(new Set(line.units.map((unit) => unit.unit)).size).toBe(line.units.length);
        expect(line.units.length).toBeGreaterThan(0);
      }
    }),
  );
});

test("syringe pumps are added to the hospital of a seed and change nothing that it had", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const before = { ...countOfEach(0), ventilator: 10, "infusion-pump": 15 };
      const without = planHospital(seed, before);
      const withThree = planHospital(seed, { ...before, "syringe-pump": 3 });
      expect(withThree.devices.slice(0, without.devices.length)).toEqual(without.devices);
      expect(withThree.lines.slice(0, without.lines.length)).toEqual(without.lines);
      const added = withThree.devices.slice(without.devices.length);
      expect(added.map(({ id, ward, profile }) => [id, ward, profile])).toEqual(
        ["syringe-01", "syringe-02", "syringe-03"].map((id) => [id, "recovery", "alaris/asena-gh"]),
      );
      for (const { serial } of added) expect(serial).toMatch(/^8002-\d{5}$/);
      for (const [index, line] of withThree.lines.slice(without.lines.length).entries()) {
        const units = [{ unit: "1", device: added[index]?.id }];
        expect(line).toMatchObject({ gateway: "gw-north", protocol: "alaris-asena", units });
      }
    }),
  );
});

test("scanners and gas panels are added to the hospital of a seed and change nothing that it had", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const without = planHospital(seed, FIRST_KINDS);
      const { devices, lines } = planHospital(seed, { ...FIRST_KINDS, imaging: 2, "medical-gas": 3 });
      expect(devices.slice(0, without.devices.length)).toEqual(without.devices);
      expect(lines.slice(0, without.lines.length)).toEqual(without.lines);
      const added = devices.slice(without.devices.length);
      expect(added.map(({ id, kind, ward }) => [id, kind, ward])).toEqual([
        ["mri-01", "imaging", "imaging"],
        ["mri-02", "imaging", "imaging"],
        ["gas-01", "medical-gas", "plant-room"],
        ["gas-02", "medical-gas", "icu-a"],
        ["gas-03", "medical-gas", "surgical"],
      ]);
      const gateway = "gw-south";
      expect(lines.slice(without.lines.length)).toEqual([
        { id: "imaging-scanner-1", gateway, protocol: "opc-ua", units: [{ unit: "Mri1", device: "mri-01" }] },
        { id: "imaging-scanner-2", gateway, protocol: "opc-ua", units: [{ unit: "Mri1", device: "mri-02" }] },
        {
          id: "plant-room-modbus-1",
          gateway,
          protocol: "modbus",
          units: ["gas-01", "gas-02", "gas-03"].map((device, index) => ({ unit: String(index + 1), device })),
        },
      ]);
    }),
  );
});

test("the modules of a base share its line, by the slots from 1 to 5", () => {
  const { devices, lines } = planHospital(7, { ...countOfEach(0), "orchestra-module": 7 });
  expect(new Set(devices.map(({ profile }) => profile))).toEqual(new Set(["fresenius/orchestra-module-dps"]));
  expect(lines.map(({ id, protocol, units }) => [id, protocol, units.map(({ unit }) => unit).join("")])).toEqual([
    ["icu-b-orchestra-1", "fresenius-orchestra", "12345"],
    ["icu-b-orchestra-2", "fresenius-orchestra", "12"],
  ]);
});

test("the usual hospital has a device of each count in 9 places, seven of them wards, and each gateway has lines of every protocol of its wards", () => {
  const { devices, lines } = planHospital(7);
  expect(devices).toHaveLength(Object.values(DEFAULT_COUNTS).reduce((sum, each) => sum + each, 0));
  expect(WARDS.filter((ward) => ward.kind === "ward")).toHaveLength(7);
  expect(WARDS).toHaveLength(9);
  expect(new Set(WARDS.map((ward) => ward.floor)).size).toBe(4);
  expect(devices.map((device) => device.serial).filter((serial) => /^35\d{8}$/.test(serial))).toHaveLength(10);
  expect(devices.map((device) => device.serial).filter((serial) => /^SN000\d{5}$/.test(serial))).toHaveLength(8);
  for (const gateway of GATEWAYS) {
    const protocols = lines.filter((line) => line.gateway === gateway.id).map((line) => line.protocol);
    expect(new Set(protocols).size).toBe(6);
  }
});

test("MEDIBUS ventilators are added to the hospital of a seed and change nothing that it had", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const kinds = { ...FIRST_KINDS, imaging: 2, "medical-gas": 3 };
      const before = planHospital(seed, kinds);
      const after = planHospital(seed, { ...kinds, "medibus-ventilator": 4 });
      expect(after.devices.slice(0, before.devices.length)).toEqual(before.devices);
      expect(after.lines.slice(0, before.lines.length)).toEqual(before.lines);
      const added = after.devices.slice(before.devices.length);
      expect(added.map(({ id, model, ward, profile }) => [id, model, ward, profile])).toEqual([
        ["medibus-01", "Evita XL", "icu-a", "draeger/evita-xl"],
        ["medibus-02", "Evita XL", "icu-b", "draeger/evita-xl"],
        ["medibus-03", "Evita V500", "icu-a", "draeger/evita-v500"],
        ["medibus-04", "Apollo", "surgical", "draeger/apollo"],
      ]);
      for (const device of added) expect(device).toMatchObject({ kind: "ventilator", manufacturer: "Dräger" });
      expect(
        after.lines.slice(before.lines.length).map(({ id, gateway, protocol }) => [id, gateway, protocol]),
      ).toEqual([
        ["icu-a-medibus-1", "gw-north", "draeger-medibus"],
        ["icu-b-medibus-1", "gw-north", "draeger-medibus"],
        ["icu-a-medibus-2", "gw-north", "draeger-medibus"],
        ["surgical-medibus-1", "gw-south", "draeger-medibus"],
      ]);
    }),
  );
});

test("the other serial lines are added to the hospital of a seed and change nothing that it had", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const before = planHospital(seed, { ...FIRST_KINDS, imaging: 2, "medical-gas": 3, "medibus-ventilator": 4 });
      const after = planHospital(seed);
      expect(after.devices.slice(0, before.devices.length)).toEqual(before.devices);
      expect(after.lines.slice(0, before.lines.length)).toEqual(before.lines);
      const added = after.lines.slice(before.lines.length);
      expect(
        added.map(({ id, gateway, protocol, framing, units }) => [id, gateway, protocol, framing, unitsText(units)]),
      ).toEqual([
        ["icu-b-orchestra-1", "gw-north", "fresenius-orchestra", undefined, "1 dps-01, 2 dps-02, 3 dps-03, 4 dps-04"],
        ["medical-defib-1", "gw-south", "defib-ready-serial", undefined, "1 serial-defib-01"],
        ["surgical-defib-2", "gw-south", "defib-ready-serial", undefined, "1 serial-defib-02"],
        ["floor-1-rs485-1", "gw-north", "modbus", "rtu", "17 rtu-defib-01, 18 rtu-defib-02, 19 rtu-defib-03"],
        ["icu-a-pb980-1", "gw-north", "puritan-bennett-sndf", undefined, "1 pb980-01"],
        ["icu-b-pb980-2", "gw-north", "puritan-bennett-sndf", undefined, "1 pb980-02"],
        ["surgical-snda-1", "gw-south", "puritan-bennett-snda", undefined, "1 snda-01"],
      ]);
      const models = after.devices.slice(before.devices.length).map(({ model, profile }) => `${model}: ${profile}`);
      expect(new Set(models)).toEqual(
        new Set([
          "Module DPS: fresenius/orchestra-module-dps",
          "DFX-200: wardtwin-synthetic/defib-ready-1-serial",
          "DFX-200: wardtwin-synthetic/defib-ready-1",
          "980: puritan-bennett/980",
          "840: puritan-bennett/840-snda",
        ]),
      );
    }),
  );
});

const unitsText = (units: readonly { unit: string; device: string }[]): string =>
  units.map(({ unit, device }) => `${unit} ${device}`).join(", ");
