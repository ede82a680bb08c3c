/** Without a demo there is nothing simulated and nobody yet: one link makes the first administrator, once. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { registryOf } from "@wardtwin/infra/launcher/demo-gateway";
import { isAlive } from "@wardtwin/prisma/embedded/system-process";
import { startThrowAwayPostgres } from "@wardtwin/prisma/throw-away-postgres";
import { Manifest } from "@wardtwin/simulators/hospital/manifest";
import { planHospital } from "@wardtwin/simulators/hospital/plan-hospital";
import { GATEWAYS, SITE, WARDS } from "@wardtwin/simulators/hospital/wards";
import Value from "typebox/value";
import { afterAll, expect, test } from "vitest";
import { Api } from "../support/api.ts";
import { query } from "../support/database.ts";
import { type House, startHouse } from "../support/house.ts";
import { refused } from "../support/refused.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
let database: Awaited<ReturnType<typeof startThrowAwayPostgres>> | undefined;
let house: House | undefined;
afterAll(async () => {
  await house?.stop();
  await database?.stop();
  removeFolder(folder);
});

const ADMINISTRATOR = { email: "head@hospital.example", name: "Head of Equipment", password: "a-long-enough-password" };

function setupLinkOf({ stderr }: House): { link: string; token: string } {
  const [, link = "", token = ""] = /Make the first administrator here, once: (\S+#token=(\S+))/.exec(stderr()) ?? [];
  return { link, token };
}

/** A house is a real one when nothing simulates in it. */
function expectNoDemo({ dataDir, is }: House): void {
  expect(is.users).toEqual([]);
  expect(readdirSync(dataDir)).not.toContain("demo-users.json");
  expect(readdirSync(dataDir)).not.toContain("simulators");
  expect(readdirSync(join(dataDir, "logs"))).toEqual(["cloud.log"]);
}

test("--no-demo prints a link that makes one administrator, once", { timeout: 90_000 }, async () => {
  const dataDir = join(folder, "embedded");
  house = await startHouse({ dataDir, args: ["--no-demo"] });
  expectNoDemo(house);
  const { link, token } = setupLinkOf(house);
  expect(link.startsWith(`${house.is.console}/`)).toBe(true);
  const api = new Api(house.is.api);
  expect((await api.ask("GET", "/setup")).body).toMatchObject({ open: true, simulated: false });
  const guess = await api.ask("POST", "/setup", { ...ADMINISTRATOR, token: `${token}x` });
  expect(guess.status).toBe(403);

  const both = await Promise.all([1, 2].map(() => api.ask("POST", "/setup", { ...ADMINISTRATOR, token })));
  expect(both.map(({ status }) => status).sort()).toEqual([
    200,
    expect.toSatisfy((status) => status === 403 || status === 409),
  ]);
  expect((await api.ask("GET", "/setup")).body).toMatchObject({ open: false });
  expect((await api.ask("POST", "/setup", { ...ADMINISTRATOR, email: "second@hospital.example", token })).status).toBe(
    409,
  );
  expect((await api.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password)).status).toBe(200);
  expect((await api.ask("GET", "/session")).body).toMatchObject({ user: { role: "administrator" }, site: null });
  const pids = house.processes();
  expect(await house.stop()).toEqual([]);
  expect(pids.filter(isAlive)).toEqual([]);

  house = await startHouse({ dataDir, args: ["--no-demo"] });
  expect(setupLinkOf(house).link).toBe("");
  expect((await new Api(house.is.api, api.cookie).ask("GET", "/session")).status).toBe(200);
});

test("a database of a person's own gets no demo unless asked, and never beside a real hospital", {
  timeout: 90_000,
}, async () => {
  await house?.stop();
  database = await startThrowAwayPostgres();
  const env = { DATABASE_URL: database.connectionString };
  house = await startHouse({ dataDir: join(folder, "external"), env });
  expectNoDemo(house);
  expect(readdirSync(house.dataDir)).not.toContain("postgres");
  const api = new Api(house.is.api);
  await api.ask("POST", "/setup", { ...ADMINISTRATOR, token: setupLinkOf(house).token });
  await api.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  const real = {
    ...registryOf(smallHospital(), 60),
    site: { id: "st-vincent", name: "St Vincent", timeZone: "Europe/Berlin", simulated: false },
  };
  expect((await api.ask("POST", "/registry/import", real)).status).toBe(200);
  const before = await query(database.connectionString, "select id, simulated from device order by id");
  await house.stop();

  const { code, sentence } = await refused({ dataDir: join(folder, "demo"), env: { ...env, DEMO: "1" } });
  expect(sentence).toMatch(/already has people of its own|holds a real hospital/);
  expect(code).toBe(78);
  expect(await query(database.connectionString, "select id, simulated from device order by id")).toEqual(before);
  const users = await query<{ email: string }>(database.connectionString, "select email from user_account");
  expect(users).toEqual([{ email: ADMINISTRATOR.email }]);
});

/** A registry as somebody would import it; its lines are of no concern here. */
function smallHospital(): Manifest {
  const { seed, devices } = planHospital(1);
  return Value.Parse(Manifest, {
    seed,
    simulated: true,
    site: SITE,
    wards: WARDS,
    gateways: GATEWAYS,
    lines: [],
    devices,
  });
}
