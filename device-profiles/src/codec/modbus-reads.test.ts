import { expect, test } from "vitest";
import profile from "../../catalog/defibrillator/defib-ready-1.profile.ts";
import type { ModbusProfile } from "../profile/modbus.ts";
import { readsOf } from "./modbus-reads.ts";

const at = (address: number, table: "input-register" | "holding-register" = "input-register") =>
  ({ poll: "status", from: table, address, type: "uint16" }) as const;
const reads = (change: Partial<ModbusProfile>) => readsOf({ ...profile, ...change }, "status");
const ofWords = (change: Partial<ModbusProfile>) =>
  reads({ operatingState: { inputRegister: 0, states: {} }, ...change }).map(({ address, count }) => [address, count]);

test("a whole map is one request a table", () => {
  expect(readsOf(profile, "status")).toEqual([
    { table: "discrete-input", address: 0, count: 9 },
    { table: "input-register", address: 0, count: 16 },
  ]);
});

test("no request asks for more than 125 words, reads across a hole, or across much that nobody wants", () => {
  const far = { batteryChargePct: at(120), batteryHealthPct: at(130) };
  const metrics = { ...far, chargeTimeS: at(60), padsImpedanceOhm: at(74), padsExpiryD: at(90), selfTestAgeH: at(104) };
  const wire = { layout: { address: 44, value: 1 }, serial: profile.wire.serial, holes: [] };
  const operatingState = { inputRegister: 44, states: {} };
  expect(ofWords({ metrics, wire, operatingState })).toEqual([[44, 87]]);
  const holes = [{ table: "input-register", from: 80, to: 80 }] as const;
  expect(ofWords({ metrics, wire: { ...wire, holes }, operatingState })).toEqual([
    [44, 31],
    [90, 41],
  ]);
  expect(
    ofWords({ metrics: { batteryChargePct: at(40) }, wire: { ...wire, layout: { address: 0, value: 1 } } }),
  ).toEqual([
    [0, 1],
    [40, 1],
  ]);
});

test("a value of two words is asked for as both", () => {
  const wide = { operatingTimeH: { ...at(10, "holding-register"), type: "uint32" } } as const;
  expect(reads({ metrics: wide })).toContainEqual({ table: "holding-register", address: 10, count: 2 });
});
