import { expect, test } from "vitest";
import { Delivery } from "./delivery.ts";

const EVERY_MS = 5000;
const empty = () => new Delivery(0, EVERY_MS);
/** What leaves at each of these times, each report in no time. */
const leaving = (delivery: Delivery<number>, ...timesMs: number[]): (number | null)[] =>
  timesMs.map((atMs) => {
    const item = delivery.due(atMs);
    if (item !== null) delivery.left(item, atMs);
    return item;
  });

test("a new report is sent, repeated three times at five seconds, and then kept until the host asks", () => {
  const delivery = empty();
  delivery.add(1);
  expect(leaving(delivery, 0, 4999, 5000, 10_000, 15_000, 20_000, 60_000)).toEqual([1, null, 1, 1, 1, null, null]);
  expect(delivery.storedCount).toBe(1);
  delivery.ask(61_000);
  expect(leaving(delivery, 61_000)).toEqual([1]);
  delivery.acknowledged(61_500);
  expect([delivery.storedCount, ...leaving(delivery, 70_000)]).toEqual([0, null]);
});

test("an acknowledged report is not repeated; a refused one is, at once, and not more often than one unanswered", () => {
  const delivery = empty();
  delivery.add(1);
  expect(leaving(delivery, 0)).toEqual([1]);
  delivery.acknowledged(100);
  expect(leaving(delivery, 5000)).toEqual([null]);
  delivery.add(2);
  const heard: (number | null)[] = [];
  for (let times = 0; times < 6; times += 1) {
    heard.push(...leaving(delivery, 6000 + times));
    delivery.refused(6000 + times);
  }
  expect(heard).toEqual([2, 2, 2, 2, null, null]);
  expect(delivery.storedCount).toBe(1);
});

test("asked, it sends what it kept, oldest first, each when the one before was acknowledged", () => {
  const delivery = empty();
  for (const item of [1, 2, 3]) {
    delivery.add(item);
    for (let atMs = 0; atMs <= 20_000; atMs += EVERY_MS) leaving(delivery, item * 100_000 + atMs);
  }
  delivery.ask(500_000);
  const heard: (number | null)[] = [];
  for (let times = 0; times < 4; times += 1) {
    heard.push(...leaving(delivery, 500_000 + times));
    delivery.acknowledged(500_000 + times);
  }
  expect(heard).toEqual([1, 2, 3, null]);
  delivery.ask(600_000);
  expect(leaving(delivery, 600_000)).toEqual([3]);
});

test("with nothing kept the latest is sent again, the one before the start included", () => {
  const delivery = empty();
  delivery.ask(0);
  expect(leaving(delivery, 0)).toEqual([0]);
  delivery.acknowledged(1);
  delivery.acknowledged(2);
  expect(leaving(delivery, 10_000)).toEqual([null]);
});

test("of many reports that nobody hears, the latest 32 are kept", () => {
  const delivery = empty();
  for (let item = 1; item <= 100; item += 1) delivery.add(item);
  expect(delivery.storedCount).toBe(32);
  delivery.ask(0);
  expect(leaving(delivery, 0)).toEqual([69]);
});
