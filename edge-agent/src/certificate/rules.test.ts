import fc from "fast-check";
import { expect, test } from "vitest";
import { isRenewalDue } from "./rules.ts";

const DAY_MS = 86_400_000;

test("a certificate of a year is renewed in its last third, and not after its end", () => {
  const year = { notBeforeMs: 0, notAfterMs: 360 * DAY_MS };
  const dueOn = (day: number) => isRenewalDue(year, day * DAY_MS);
  expect([dueOn(0), dueOn(239), dueOn(240), dueOn(240.001), dueOn(359.999), dueOn(360)]).toEqual([
    false,
    false,
    false,
    true,
    true,
    false,
  ]);
});

test("once due, a renewal stays due until the certificate ends", () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.integer({ min: 1, max: 1e6 }),
      fc.nat(2e6),
      fc.nat(1e6),
      (notBeforeMs, lifeMs, a, b) => {
        const validity = { notBeforeMs, notAfterMs: notBeforeMs + lifeMs };
        if (isRenewalDue(validity, a) && a + b < validity.notAfterMs) expect(isRenewalDue(validity, a + b)).toBe(true);
      },
    ),
  );
});
