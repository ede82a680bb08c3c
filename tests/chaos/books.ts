import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { countsByDevice, type EpochAccount, epochAccounts } from "../support/ledger.ts";
import type { ChaosHouse } from "./chaos-house.ts";

/** What is wrong in the books of a whole run, a sentence each: gaps in the epochs of agents, and counts that do not agree. */
export async function faultsOfBooks({ databaseUrl, gateways }: ChaosHouse): Promise<string[]> {
  const agents = new Set(gateways.map(({ id }) => id));
  const ofAgents = async () => (await epochAccounts(databaseUrl)).filter(({ gateway }) => agents.has(gateway));
  // What is on its way at this moment leaves a gap that closes.
  const accounts = await eventually("every epoch to be one unbroken range", async () => {
    const now = await ofAgents();
    return now.every(isUnbroken) && now;
  }).catch(ofAgents);
  const counts = await countsByDevice(databaseUrl);
  // Every device is where the registry has it, so that nothing is kept apart from its history.
  const held = await query<{ line: string; chunks: number }>(
    databaseUrl,
    `select coalesce(line_place.line, device_sighting.line) as line, count(*)::int as chunks from telemetry.chunk
     left join line_place on line_place.num = device left join device_sighting on device_sighting.num = device
     where device not in (select num from device) group by 1`,
  );
  return [
    ...held.map((one) => `held: ${JSON.stringify(one)}`),
    ...accounts.filter((one) => !isUnbroken(one)).map((one) => `not one range: ${JSON.stringify(one)}`),
    ...accounts.filter(({ doubled }) => doubled > 0).map((one) => `chunks twice: ${JSON.stringify(one)}`),
    ...[...counts]
      .filter(([, { chunks, minutes }]) => chunks !== minutes)
      .map(([device, count]) => `${device}: ${JSON.stringify(count)}`),
  ];
}

const isUnbroken = ({ committed, setAside, sequences }: EpochAccount): boolean => {
  const [range] = committed;
  return committed.length === 1 && range?.[0] === 1 && range[1] === sequences && setAside === 0;
};
