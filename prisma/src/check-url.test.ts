import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { Transform } from "node:stream";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { checkDatabase } from "./check-url.ts";
import { startThrowAwayPostgres } from "./throw-away-postgres.ts";

const SECRET = "not-for-eyes";

let server: Awaited<ReturnType<typeof startThrowAwayPostgres>>;

beforeAll(async () => {
  server = await startThrowAwayPostgres();
});

afterAll(() => server?.stop());

async function portOf(listener: Server): Promise<number> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** Checks a URL with a password in it that no sentence may show. */
async function problemOf(url: string) {
  const check = await checkDatabase(url);
  if (check.ok) throw new Error("This URL was to be refused.");
  expect(check.message).not.toContain(SECRET);
  expect(check.message).toMatch(/^[A-Z].*\.$/);
  return check.problem;
}

test("a good URL is good, under both names of the scheme", async () => {
  expect(await checkDatabase(server.connectionString)).toEqual({ ok: true, major: 18 });
  expect(await checkDatabase(server.connectionString.replace("postgres:", "postgresql:"))).toMatchObject({ ok: true });
});

test.each([
  "",
  "localhost",
  `mysql://kim:${SECRET}@localhost/ward`,
  `postgres://kim:${SECRET}@localhost:99999/ward`,
  `postgres://kim:${SECRET}%zz@localhost/ward`,
])("a URL that is none is refused before anything is asked (%#)", async (url) => {
  expect(await problemOf(url)).toBe("bad-url");
});

test("a wrong password, a missing database and a user who may make nothing are told apart", async () => {
  const url = new URL(server.connectionString);
  const admin = new pg.Client(server.connectionString);
  await admin.connect();
  await admin.query(`create role guest login password '${SECRET}'`);
  await admin.end();
  expect(await problemOf(`postgres://wardtwin:${SECRET}@${url.host}/wardtwin`)).toBe("wrong-password");
  expect(await problemOf(`postgres://guest:${SECRET}@${url.host}/nowhere`)).toBe("missing-database");
  expect(await problemOf(`postgres://guest:${SECRET}@${url.host}/wardtwin`)).toBe("not-permitted");
});

test("a port where nobody listens, and a server that says nothing, are told apart", async () => {
  const silent = createServer((socket) => void onTestFinished(() => void socket.destroy()));
  onTestFinished(() => void silent.close());
  expect(await problemOf(`postgres://kim:${SECRET}@127.0.0.1:${await portOf(silent)}/ward`)).toBe("no-answer");
  const closed = createServer();
  const port = await portOf(closed);
  closed.close();
  await once(closed, "close");
  expect(await problemOf(`postgres://kim:${SECRET}@127.0.0.1:${port}/ward`)).toBe("refused");
});

test("a host that does not exist is named", async () => {
  expect(await problemOf(`postgres://kim:${SECRET}@nowhere.invalid/ward`)).toBe("unknown-host");
});

test("a server that is too old is named with its version", async () => {
  const older = createServer((socket) => {
    const upstream = connect(server.port, "127.0.0.1");
    // The real server, but for the version in its answers; both texts keep their lengths.
    const disguise = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const text = chunk
          .toString("latin1")
          .replace(/1800\d\d/g, "140012")
          .replace(/18\.\d/g, "14.9");
        done(null, Buffer.from(text, "latin1"));
      },
    });
    for (const end of [socket, upstream]) end.on("error", () => {});
    socket.pipe(upstream).pipe(disguise).pipe(socket);
  });
  onTestFinished(() => void older.close());
  const url = new URL(server.connectionString);
  url.port = String(await portOf(older));
  const check = await checkDatabase(url.href);
  expect(check).toMatchObject({ ok: false, problem: "too-old", message: expect.stringContaining("PostgreSQL 14.9") });
});
