/** A database that the cloud itself has migrated is the one that Prisma's models describe. */
import { schemaDrift } from "@wardtwin/prisma/migrate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";

let house: TestCloud;
beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry("simulated-one", true, ["gw-1"]));
}, 60_000);
afterAll(() => house?.stop());

test("models and migrated database do not differ", async () => {
  expect(await schemaDrift(house.databaseUrl)).toBeNull();
});

test("a column that the models do not know is a difference", async () => {
  await query(house.databaseUrl, "alter table ward add column colour text");
  expect(await schemaDrift(house.databaseUrl)).toContain("colour");
  await query(house.databaseUrl, "alter table ward drop column colour");
});

test("telemetry is partitioned by day, and the queue keeps to its own schema", async () => {
  const partitioned = await query<{ name: string }>(
    house.databaseUrl,
    "select relname as name from pg_class join pg_namespace n on n.oid = relnamespace where relkind = 'p' and nspname = 'telemetry' order by 1",
  );
  expect(partitioned.map(({ name }) => name)).toEqual(["batch", "chunk", "device_minute"]);
  const schemas = await query<{ name: string }>(
    house.databaseUrl,
    "select distinct schemaname as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1",
  );
  expect(schemas.map(({ name }) => name)).toEqual(["public", "queue", "telemetry"]);
});
