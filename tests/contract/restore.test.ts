/** Yesterday's backup in the place of a lost database: the gateways are asked for what came after, and none of it is twice. */

import { join } from "node:path";
import { backUp } from "@wardtwin/prisma/backup/back-up";
import { restore } from "@wardtwin/prisma/backup/restore";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { serialOf, smallRegistry, startCloudOn, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { batchOf, certify, RawGateway } from "../support/raw-gateway.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const [SITE, GATEWAY] = ["st-real", "gw-a"];
let house: TestCloud;
beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [GATEWAY]));
}, 60_000);
afterAll(() => house?.stop());

const readingsIn = async (databaseUrl: string) => {
  const [row] = await query<{ readings: number }>(
    databaseUrl,
    "select coalesce(sum(readings), 0)::int as readings from telemetry.batch",
  );
  return row?.readings;
};

async function send(raw: RawGateway, sequences: readonly number[]): Promise<void> {
  for (const sequence of sequences) {
    await raw.send({ epoch: 1, sequence }, batchOf({ serial: serialOf(GATEWAY) }, [sequence * 1_000], false));
    expect(await raw.settled(1, sequence)).toBe("committed");
  }
}

async function hello(raw: RawGateway, nonce: string, databaseId?: string) {
  const clocks = { bootId: "boot-of-a-test", monoMs: 10_000, wallMs: Date.now() };
  const outbox = { outboxId: "outbox-one", epoch: 1, ...(databaseId === undefined ? {} : { databaseId }) };
  await raw.say("hello", JSON.stringify({ nonce, ...outbox, ...clocks, agentVersion: "test" }));
  return eventually("a Welcome", () => raw.welcomes.find((one) => one.nonce === nonce) ?? null);
}

test("a restored database names itself anew, says what it holds, and takes the rest once", async () => {
  const folder = temporaryFolder();
  onTestFinished(() => removeFolder(folder));
  const credentials = await certify(house.administrator, GATEWAY);
  const address = { site: SITE, gateway: GATEWAY };
  const before = await RawGateway.open(house.mqttUrl, credentials, address);
  const first = await hello(before, "nonce-before");
  expect(first.held).toBeUndefined();
  expect((await hello(before, "nonce-again", first.databaseId)).held).toBeUndefined();
  await send(before, [1, 2, 3, 5]);
  const kept = join(folder, "yesterday");
  await backUp({ connectionString: house.databaseUrl, folder: kept, now: () => new Date() });
  await send(before, [4, 6, 7]);
  await before.close();
  const lost = await readingsIn(house.databaseUrl);

  await query(house.databaseUrl, "create database restored");
  const restored = new URL(house.databaseUrl);
  restored.pathname = "/restored";
  await restore({ connectionString: restored.href, folder: kept });
  const cloud = await startCloudOn(house.dataDir, restored.href);
  onTestFinished(() => cloud.close());
  const after = await RawGateway.open(cloud.mqttUrl, credentials, address);
  onTestFinished(() => after.close());
  const welcome = await hello(after, "nonce-after", first.databaseId);
  expect(welcome.databaseId).not.toBe(first.databaseId);
  expect(welcome).toMatchObject({
    epochMin: first.epochMin,
    held: [
      {
        epoch: 1,
        ranges: [
          [1, 3],
          [5, 5],
        ],
      },
    ],
  });
  // More than was asked for, as an agent that is not sure would send.
  await send(after, [3, 4, 5, 6, 7]);
  expect(await readingsIn(restored.href)).toBe(lost);
});
