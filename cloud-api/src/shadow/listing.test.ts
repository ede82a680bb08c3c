import fc from "fast-check";
import { expect, test } from "vitest";
import { type Listing, listingOf, pageOf } from "./listing.ts";

const NOW_S = 1_700_000_000;

/** What the database gives for a page, of these names in order. */
function listed(names: readonly string[], ask: { pageSize?: number; nextToken?: string }): Listing {
  const page = pageOf(ask);
  if (!page.ok) throw new Error(page.fault.message);
  const { size, after } = page.value;
  return listingOf(names.filter((name) => name > after).slice(0, size + 1), page.value, NOW_S);
}

test("G6: a page has 25 names unless told, from 1 to 100, and the last page has no token", () => {
  const names = Array.from({ length: 26 }, (_, i) => `s${String(i).padStart(2, "0")}`);
  expect(listed(names, {})).toEqual({ results: names.slice(0, 25), nextToken: "s24", timestamp: NOW_S });
  expect(listed(names, { nextToken: "s24" })).toEqual({ results: ["s25"], timestamp: NOW_S });
  expect(listed(names, { pageSize: 26 })).not.toHaveProperty("nextToken");
  for (const pageSize of [0, 101, 1.5, Number.NaN]) {
    expect(pageOf({ pageSize })).toEqual({ ok: false, fault: { code: 400, message: "Invalid pageSize" } });
  }
  for (const nextToken of ["", "a/b", "x".repeat(65)]) expect(pageOf({ nextToken }).ok, nextToken).toBe(false);
});

test("G6: a thing that nobody knows has an empty list", () => {
  expect(listed([], {})).toEqual({ results: [], timestamp: NOW_S });
});

test("G6: following the tokens gives every name once, in order, whatever the page", () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9:_-]{1,8}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 60 }), fc.integer({ min: 1, max: 100 }), (all, pageSize) => {
      const names = [...all].sort();
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = listed(names, { pageSize, ...(token === undefined ? {} : { nextToken: token }) });
        seen.push(...page.results);
        token = page.nextToken;
      } while (token !== undefined);
      expect(seen).toEqual(names);
    }),
  );
});
