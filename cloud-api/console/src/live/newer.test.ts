import { expect, test } from "vitest";
import { newer } from "./newer.ts";

const at = (second: number, version?: number) => ({
  at: `2026-03-31T00:00:0${second}.000Z`,
  ...(version === undefined ? {} : { version }),
});

test("a page never goes back in time", () => {
  expect(newer(undefined, at(1))).toEqual(at(1));
  expect(newer(at(1), at(2))).toEqual(at(2));
  expect(newer(at(2), at(1))).toEqual(at(2));
});

test("versions decide before clocks, and clocks decide within a version", () => {
  expect(newer(at(5, 7), at(4, 8))).toEqual(at(4, 8));
  expect(newer(at(5, 7), at(6, 6))).toEqual(at(5, 7));
  expect(newer(at(5, 7), at(6, 7))).toEqual(at(6, 7));
});
