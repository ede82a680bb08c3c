import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gapsBetween } from "./meeting.ts";
import { Outbox } from "./outbox.ts";

let dir = "";
let outbox: Outbox;
const open = () => new Outbox(join(dir, "outbox.sqlite"), () => "made-once");
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-meeting-"));
  outbox = open();
});
afterEach(() => {
  outbox.close();
  rmSync(dir, { recursive: true });
});

const reopen = () => {
  outbox.close();
  outbox = open();
};
const waiting = () => outbox.waiting(0, 1_000).map(({ epoch, sequence }) => `${epoch}/${sequence}`);

/** Two starts of the agent with five batches each; a first database has acknowledged all but the last. */
function tenBatches(): void {
  outbox.meet("database-one", [], 1);
  for (let n = 0; n < 5; n++) outbox.append(Uint8Array.of(n), n);
  reopen();
  for (let n = 5; n < 10; n++) outbox.append(Uint8Array.of(n), n);
  outbox.acknowledge(1, [[1, 5]], 10);
  outbox.acknowledge(2, [[1, 4]], 10);
}

test("the first database, and the same one again, ask for nothing", () => {
  expect(outbox.databaseId).toBeNull();
  tenBatches();
  expect(outbox.meet("database-one", [], 1)).toBe(0);
  expect(waiting()).toEqual(["2/5"]);
});

test("another database gets what it does not hold, with the numbers and bytes of the first time, and is remembered", () => {
  tenBatches();
  const held = [
    {
      epoch: 1,
      ranges: [
        [1, 2],
        [4, 4],
      ] as [number, number][],
    },
  ];
  expect(outbox.meet("database-two", held, 1)).toBe(6);
  expect(waiting()).toEqual(["2/1", "2/2", "2/3", "2/4", "2/5", "1/3", "1/5"]);
  expect(outbox.body({ epoch: 1, sequence: 3 })).toEqual(Uint8Array.of(2));
  expect(outbox.stock).toMatchObject({ waiting: 7, acknowledged: 3, unacknowledgedBytes: 7, bytes: 10 });
  reopen();
  expect(outbox.databaseId).toBe("database-two");
  expect(outbox.meet("database-two", [], 1)).toBe(0);
  expect(outbox.stock).toMatchObject({ waiting: 7, acknowledged: 3, unacknowledgedBytes: 7 });
});

test("epochs below the lowest may be those of another outbox, and are not offered", () => {
  tenBatches();
  expect(outbox.meet("database-two", [], 2)).toBe(4);
  expect(waiting()).toEqual(["2/1", "2/2", "2/3", "2/4", "2/5"]);
});

test("a number is in a gap exactly when it is in no range", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 })), { maxLength: 8 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 120 }), (all, number) => {
      let next = 1;
      const ranges = all.map(([apart, length]): [number, number] => {
        const first = next + apart - 1;
        next = first + length + 1;
        return [first, first + length];
      });
      const within = (among: readonly (readonly [number, number])[]) =>
        among.some(([first, last]) => first <= number && number <= last);
      expect(within(gapsBetween(ranges))).toBe(!within(ranges));
    }),
  );
});
