import { expect, test } from "vitest";
import { isOutOfReach } from "./database.ts";

const failure = (message: string, code?: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

test("a database that is away is told apart from a request that is wrong", () => {
  const away = [
    failure("connect ECONNREFUSED 127.0.0.1:5432", "ECONNREFUSED"),
    failure("terminating connection due to administrator command", "57P01"),
    failure("Can't reach database server", "P1001"),
    failure("Database error. Code: `57P03`. Message: `the database system is starting up`", "P2010"),
  ];
  const wrong = [
    failure('duplicate key value violates unique constraint "device_pkey"', "23505"),
    failure("Unique constraint failed", "P2002"),
    failure("Database error. Code: `22001`. Message: `value too long`", "P2010"),
    failure("cannot read properties of undefined"),
  ];
  expect(away.map(isOutOfReach)).toEqual([true, true, true, true]);
  expect(wrong.map(isOutOfReach)).toEqual([false, false, false, false]);
});
