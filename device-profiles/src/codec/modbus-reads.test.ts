import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/defibrillator/defib-ready-1.profile.ts";
import type { ModbusProfile } from "../profile/modbus.ts";
import { type JoinedRead, type ModbusRead, readsOf, splitRead } from "./modbus-reads.ts";

const at = (address: number, table: "input-register" | "holding-register" = "input-register") =>
  ({ poll: "status", from: table, address, type: "uint16" }) as const;
/** The requests without the places that they are made of. */
const reads = (change: Partial<ModbusProfile>): ModbusRead[] =>
  readsOf({ ...profile, ...change }, "status").map(({ table, address, count }) => ({ table, address, count }));
const ofWords = (change: Partial<ModbusProfile>) =>
  reads({ operatingState: { inputRegister: 0, states: {} }, ...change }).map(({ address, count }) => [address, count]);

test("a whole map is one request a table", () => {
  expect(reads({})).toEqual([
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

/** What is read of a device that has only some addresses, and how often it was asked. */
function readOf(reads: readonly JoinedRead[], has: (address: number) => boolean) {
  let requests = 0;
  const ask = (read: JoinedRead): JoinedRead[] => {
    requests++;
    const exists = Array.from({ length: read.count }, (_, at) => has(read.address + at)).every(Boolean);
    return exists ? [read] : splitRead(read).flatMap(ask);
  };
  return { answered: reads.flatMap(ask), requests };
}

test("a refused request leaves out first what nobody wants, then is halved, and ends at one place", () => {
  const words = (address: number, count = 1): ModbusRead => ({ table: "input-register", address, count });
  const split = (...places: ModbusRead[]) =>
    splitRead({ ...words(0, 11), places }).map(({ address, count }) => [address, count]);
  expect(split(words(0), words(1), words(2, 2), words(10))).toEqual([
    [0, 4],
    [10, 1],
  ]);
  expect(split(words(0), words(1), words(2, 2))).toEqual([
    [0, 2],
    [2, 2],
  ]);
  expect(split(words(2, 2))).toEqual([]);
});

test("whatever a device does not have, every place that it has is read, and no other is taken for read", () => {
  const place = fc.record({ address: fc.nat({ max: 150 }), count: fc.integer({ min: 1, max: 2 }) });
  const everything = { ...profile, wire: { ...profile.wire, layout: { address: 0, value: 1 } }, metrics: {} };
  const names = Object.keys(profile.metrics);
  fc.assert(
    fc.property(
      fc.array(place, { maxLength: names.length }),
      fc.uniqueArray(fc.nat({ max: 152 })),
      (wanted, missing) => {
        const metrics = Object.fromEntries(
          wanted.map(({ address, count }, index) => [
            names[index],
            { ...at(address), type: count === 2 ? "uint32" : "uint16" } as const,
          ]),
        );
        const map: ModbusProfile = { ...everything, metrics, operatingState: { inputRegister: 0, states: {} } };
        const has = (address: number) => !missing.includes(address);
        const wholes = readsOf(map, "status");
        const places = wholes.flatMap((read) => read.places);
        const { answered, requests } = readOf(wholes, has);
        for (const { address, count } of places) {
          const exists = has(address) && (count === 1 || has(address + 1));
          const read = answered.some((run) => address >= run.address && address + count <= run.address + run.count);
          expect(read).toBe(exists);
        }
        expect(requests).toBeLessThanOrEqual(3 * places.length);
      },
    ),
  );
});
