import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { foldSection, NOTHING_HEARD, type Present } from "./present.ts";

interface Told {
  monoMs: number;
  state: OperatingState;
  linked?: boolean;
}

function section(told: readonly Told[]): DeviceSection {
  const column = (metric: "operatingState" | "deviceLink", values: number[]) => ({
    metric,
    values,
    qualities: new Array<number>(values.length).fill(0),
  });
  return {
    subject: { line: "l", unit: "1", profile: "puritan-bennett/840", profileRevision: 1, identity: { serial: "S1" } },
    previousState: null,
    groups: [
      {
        timesMonoMs: told.map(({ monoMs }) => monoMs),
        columns: [
          column(
            "operatingState",
            told.map(({ state }) => OPERATING_STATES.indexOf(state)),
          ),
          column(
            "deviceLink",
            told.map(({ linked = true }) => (linked ? 1 : 2)),
          ),
        ],
      },
    ],
  };
}

const fold = (present: Present, told: readonly Told[], epoch = 1, gatewayId = "g") =>
  foldSection(present, { gatewayId, epoch, offsetMs: 1_000_000, section: section(told) }).present;

test("replaying a device's readings in any batch split gives the same twin", () => {
  const told = fc.array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 90_000 }),
      state: fc.constantFrom(...OPERATING_STATES),
      linked: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(told, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (steps, sizes) => {
      let monoMs = 0;
      const all = steps.map(({ gapMs, ...rest }) => {
        monoMs += gapMs;
        return { ...rest, monoMs };
      });
      let split = NOTHING_HEARD;
      for (let at = 0; at < all.length; ) {
        const size = sizes.next().value ?? 1;
        split = fold(split, all.slice(at, at + size));
        at += size;
      }
      expect({ ...split, version: 0 }).toEqual({ ...fold(NOTHING_HEARD, all), version: 0 });
    }),
  );
});

test("backlog that comes late never makes the present older", () => {
  const now = fold(NOTHING_HEARD, [{ monoMs: 9_000, state: "standby" }], 2);
  expect(fold(now, [{ monoMs: 8_000, state: "in-use" }], 2)).toBe(now);
  expect(fold(now, [{ monoMs: 99_000, state: "in-use" }], 1)).toBe(now);
});

test("a gateway that took the device over is believed by cloud time, its epochs being its own", () => {
  const now = fold(NOTHING_HEARD, [{ monoMs: 9_000, state: "standby" }], 7, "old");
  expect(fold(now, [{ monoMs: 10_000, state: "in-use" }], 1, "new").operatingState).toBe("in-use");
  expect(fold(now, [{ monoMs: 8_000, state: "in-use" }], 1, "new")).toBe(now);
});

test("time out of use is bridged over a short silence and starts anew after a long one", () => {
  const idle = fold(NOTHING_HEARD, [{ monoMs: 1_000, state: "standby" }]);
  const silent = fold(idle, [{ monoMs: 5_000, state: "unknown", linked: false }]);
  expect(silent.lastKnownState).toBe("standby");
  expect(fold(silent, [{ monoMs: 30_000, state: "standby" }]).idleSinceMs).toBe(1_001_000);
  expect(fold(silent, [{ monoMs: 300_000, state: "standby" }]).idleSinceMs).toBe(1_300_000);
});

test("use ends the time out of use at once", () => {
  const idle = fold(NOTHING_HEARD, [
    { monoMs: 1_000, state: "standby" },
    { monoMs: 2_000, state: "in-use" },
  ]);
  expect(idle.idleSinceMs).toBeNull();
  expect(fold(idle, [{ monoMs: 3_000, state: "standby" }]).idleSinceMs).toBe(1_003_000);
});

test("a device that answers without its serial number is not believed by the one that spoke there before", () => {
  const nameless = (linked: boolean) => ({
    ...section([{ monoMs: 2_000, state: "standby", linked }]),
    subject: { ...section([]).subject, identity: {} },
  });
  const known = fold(NOTHING_HEARD, [{ monoMs: 1_000, state: "standby" }]);
  const after = (linked: boolean) =>
    foldSection(known, { gatewayId: "g", epoch: 1, offsetMs: 0, section: nameless(linked) }).present.identity.serial;
  expect(after(true)).toBeUndefined();
  expect(after(false)).toBe("S1");
});

test("a gateway that goes on telling silence does not stand in the way of another one that heard the device since", () => {
  const silent = fold(NOTHING_HEARD, [
    { monoMs: 1_000, state: "standby" },
    { monoMs: 5_000, state: "unknown", linked: false },
    { monoMs: 60_000, state: "unknown", linked: false },
  ]);
  const heard = fold(silent, [{ monoMs: 4_000, state: "standby" }], 1, "h");
  expect([heard.gatewayId, heard.deviceLink, heard.operatingState]).toEqual(["h", "connected", "standby"]);
  expect(fold(silent, [{ monoMs: 900, state: "in-use" }], 9, "h")).toBe(silent);
});
