import { expect, test } from "vitest";
import { safeNext, setupToken } from "./paths.ts";

test("sign-in leads back to pages of this site alone", () => {
  expect(safeNext("/twins/vent-01?range=week")).toBe("/twins/vent-01?range=week");
  expect(safeNext(undefined)).toBe("/");
  for (const away of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]) {
    expect(safeNext(away)).toBe("/");
  }
});

test("the set-up token is read from the hash", () => {
  expect(setupToken("#token=abc-123")).toBe("abc-123");
  expect(setupToken("token=abc-123")).toBe("abc-123");
  expect(setupToken("")).toBeNull();
});
