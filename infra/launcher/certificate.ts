import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import { CLIENT_SHADOWS, type ClientShadows, ClientStore } from "@wardtwin/cloud-api/fleet/client-store";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { openDatabase } from "@wardtwin/cloud-api/platform/database";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { isRegistryId } from "@wardtwin/device-profiles/twin-document/topics";
import { checkDatabase } from "@wardtwin/prisma/check-url";
import { applyMigrations } from "@wardtwin/prisma/migrate";
import { openDataFolder } from "./data-folder.ts";
import { readSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { ROOT, withDatabase } from "./with-database.ts";

const USAGE = "npm run certificate -- --name <name> --site <site> [--shadows read|write] [--to <folder>]";

interface Wish {
  name: string;
  site: string;
  shadows: ClientShadows;
  /** Where the files go; it is not there yet. */
  folder: string;
}

type Env = Parameters<typeof readSettings>[1];

/**
 * Certifies another system's MQTT client, and writes its key, its certificate and the authority's into a folder of their own.
 * @param env as for `npm start`
 * @param startedIn the folder that relative paths are meant from
 * @returns a sentence that says what is where
 * @throws StartError, and ConfigError of the authority; then nothing is left behind
 */
export async function certificate(args: readonly string[], env: Env, startedIn: string): Promise<string> {
  const wish = wishOf(args, startedIn);
  const settings = readSettings([], env, startedIn, ROOT);
  const data = openDataFolder(settings.dataDir);
  makeFolder(wish.folder);
  try {
    await withDatabase(settings, async (connectionString) => {
      const authority = await openCertificateAuthority(data.file("pki"), systemClock, systemRandom);
      const issued = await certified(connectionString, authority, wish);
      writeFiles(wish, { ...issued, caPem: authority.caPem });
    });
  } catch (error) {
    // Nothing was given out: the same command may be tried again.
    rmSync(wish.folder, { recursive: true, force: true });
    throw error;
  }
  const may = wish.shadows === "none" ? "" : `, and its shadows (${wish.shadows})`;
  return `${wish.folder} holds a key and a certificate for the telemetry of ${wish.site}${may}; the MQTT client id is client_${wish.name}. Keep the key where only its owner can read it.`;
}

function wishOf(args: readonly string[], startedIn: string): Wish {
  const text = { type: "string" } as const;
  const {
    name = "",
    site = "",
    shadows = "none",
    to,
  } = optionsOf(() => parseArgs({ args: [...args], options: { name: text, site: text, shadows: text, to: text } }));
  if (!isRegistryId(name) || name.length > NAME_CHARACTERS_MAX)
    throw new StartError(
      `--name is "${name}"; use 1 to ${NAME_CHARACTERS_MAX} lower-case letters, digits and hyphens: ${USAGE}`,
    );
  if (!isRegistryId(site)) throw new StartError(`--site is "${site}"; name a site of the registry: ${USAGE}`);
  const known = CLIENT_SHADOWS.find((one) => one === shadows);
  if (known === undefined) throw new StartError(`--shadows is "${shadows}"; use read or write, or leave it out.`);
  return { name, site, shadows: known, folder: resolve(startedIn, to ?? `client-${name}`) };
}

/** A common name holds 64 characters (RFC 5280), seven of them "client_". */
const NAME_CHARACTERS_MAX = 57;

function optionsOf<Found>(read: () => { values: Found }): Found {
  try {
    return read().values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}: ${USAGE}`, { cause: error });
  }
}

async function certified(
  connectionString: string,
  authority: Awaited<ReturnType<typeof openCertificateAuthority>>,
  { name, site, shadows }: Wish,
) {
  const found = await checkDatabase(connectionString);
  if (!found.ok) throw new StartError(found.message);
  await applyMigrations({ connectionString });
  const db = openDatabase(connectionString, openLog("silent"));
  try {
    const clients = new ClientStore(db);
    const sites = await clients.sites();
    if (!sites.includes(site)) {
      const known = sites.length === 0 ? "none yet; import one first" : sites.join(", ");
      throw new StartError(`There is no site ${site} in the registry (${known}).`);
    }
    return await clients.certify(
      authority,
      { name, site, shadows, issuedBy: "npm run certificate" },
      systemClock.nowMs(),
    );
  } finally {
    await db.close();
  }
}

/** @throws StartError where it is there already: a key is never written over */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    const why = code === "EEXIST" ? "is there already" : `cannot be made (${code})`;
    throw new StartError(`${folder} ${why}; name another folder with --to.`, { cause: error });
  }
}

function writeFiles(
  { name, folder }: Wish,
  { privateKeyPem, certificatePem, caPem }: { privateKeyPem: string; certificatePem: string; caPem: string },
): void {
  const write = (file: string, text: string) =>
    writeFileSync(join(folder, file), `${text.trimEnd()}\n`, { mode: 0o600, flag: "wx" });
  write(`${name}.key`, privateKeyPem);
  write(`${name}.pem`, certificatePem);
  write("ca.pem", caPem);
}
