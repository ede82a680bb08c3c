import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClaimFile } from "@wardtwin/device-profiles/twin-document/provisioning";
import { isRegistryId } from "@wardtwin/device-profiles/twin-document/topics";
import Value from "typebox/value";
import { provision, requestSigned } from "../certificate/exchange.ts";
import { writeSecret } from "../certificate/files.ts";
import { type Credentials, isPair, newKey } from "../certificate/key-pair.ts";
import type { MqttSettings } from "../uplink/mqtt-config.ts";
import { openProvisioningLink, type ProvisioningLink, wordsOf } from "../uplink/provisioning-link.ts";
import { CommandError, EXIT } from "./command-error.ts";

export interface EnrolOptions {
  /** The claim as the API gave it: a file, or a folder that has it as claim.json. */
  claim: string;
  /** mqtts://host:port */
  broker: string;
  gateway: string;
  /** Where key, certificate and configuration go. */
  to: string;
}

type Broker = Pick<MqttSettings, "host" | "port">;

const DEFAULT_PORT = 8883;
/** A new certificate is known to every process of the cloud within a few seconds. */
const TRIES_MAX = 5;
const TRY_AGAIN_MS = 1_500;

/**
 * Exchanges a claim for the first certificate of this gateway and writes what `run` needs. The key is made here and stays here. Broken off
 * at any moment, it goes on when it is called again.
 * @returns a sentence that says what to do next
 * @throws CommandError
 */
export async function enrol(options: EnrolOptions): Promise<string> {
  const { gateway } = options;
  const to = resolve(options.to);
  if (!isRegistryId(gateway))
    throw new CommandError(EXIT.usage, `--gateway: "${gateway}" is not 1 to 64 lower-case letters, digits and hyphens`);
  const broker = brokerOf(options.broker);
  const claim = claimOf(resolve(options.claim));
  const home = homeIn(to);
  if (existsSync(home.config))
    throw new CommandError(EXIT.config, `${home.config} is there already; this gateway is enrolled`);
  const where = { ...broker, ca: claim.caPem };
  const own = keptIn(home);
  if (!isPair(own) || !(await letsIn(own, where, claim, gateway, 1))) await exchange(claim, where, gateway, home);
  writeSecret(home.ca, claim.caPem);
  writeSecret(home.config, configText(claim, broker, gateway));
  return `The gateway ${gateway} of ${claim.site} is enrolled. Add its lines to ${home.config}, then run: wardtwin-agent run --config ${home.config}`;
}

const homeIn = (to: string) => {
  try {
    mkdirSync(to, { recursive: true, mode: 0o700 });
    chmodSync(to, 0o700);
  } catch (error) {
    throw new CommandError(EXIT.config, `--to: ${to} cannot be made (${wordsOf(error)})`, { cause: error });
  }
  const file = (name: string) => join(to, name);
  return { config: file("agent.json"), key: file("gateway.key"), cert: file("gateway.pem"), ca: file("ca.pem") };
};
type Home = ReturnType<typeof homeIn>;

/** What an earlier try has left. */
const keptIn = ({ key, cert }: Home): Credentials => ({ key: textIn(key), cert: textIn(cert) });
const textIn = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

async function exchange(claim: ClaimFile, where: Omit<MqttSettings, "cert" | "key">, gateway: string, home: Home) {
  const asker = { cert: claim.certificatePem, key: claim.privateKeyPem };
  const link = await openProvisioningLink({ ...where, ...asker }, claim.id).catch((error: unknown) => {
    const why = `no way into the broker at ${where.host}:${where.port} with the claim ${claim.id} (${wordsOf(error)})`;
    const what = "check the address, and that the claim is neither used nor expired";
    throw new CommandError(EXIT.unreachable, `${why}; ${what}`, { cause: error });
  });
  const own = await asked(link, claim, gateway, home, asker).finally(() => link.close());
  if (await letsIn(own, where, claim, gateway, TRIES_MAX)) return;
  throw new CommandError(
    EXIT.unreachable,
    `the broker at ${where.host}:${where.port} does not let the new certificate in yet; try the same again`,
  );
}

/** @returns the pair, written. Whether the claim was taken is then told by the broker, for the answer may have been lost. */
async function asked(
  link: ProvisioningLink,
  claim: ClaimFile,
  gateway: string,
  home: Home,
  asker: Credentials,
): Promise<Credentials> {
  const key = newKey();
  writeSecret(home.key, key);
  const signed = await requestSigned(link, { asker, gateway, key });
  if (!signed.ok) throw new CommandError(EXIT.unreachable, `no certificate was signed: ${signed.fault.sentence}`);
  const { certificatePem: cert, certificateOwnershipToken: token } = signed.value;
  writeSecret(home.cert, cert);
  const { site, ward } = claim;
  const provisioned = await provision(link, claim.id, token, { site, ward, gateway });
  if (!provisioned.ok && provisioned.fault.statusCode !== 0)
    throw new CommandError(EXIT.unreachable, `the gateway was not taken in: ${provisioned.fault.sentence}`);
  return { cert, key };
}

/** Whether the broker lets the gateway in with its own certificate. */
async function letsIn(
  own: Credentials,
  where: Omit<MqttSettings, "cert" | "key">,
  { site }: ClaimFile,
  gateway: string,
  triesMax: number,
): Promise<boolean> {
  for (let tries = 1; tries <= triesMax; tries++) {
    if (tries > 1) await sleep(TRY_AGAIN_MS);
    try {
      const link = await openProvisioningLink({ ...where, ...own }, `${site}:${gateway}:enrol`);
      await link.close();
      return true;
    } catch {
      // Not yet, or not at all.
    }
  }
  return false;
}

function brokerOf(text: string): Broker {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== "mqtts:" || url.hostname === "")
    throw new CommandError(
      EXIT.usage,
      `--broker: "${text}" is no address; write it as mqtts://broker.hospital.example:8883`,
    );
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || DEFAULT_PORT) };
}

function claimOf(path: string): ClaimFile {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new CommandError(EXIT.config, `--claim: ${path} ${reason}`, { cause });
  };
  let claim: unknown;
  try {
    const file = statSync(path).isDirectory() ? join(path, "claim.json") : path;
    claim = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // What the file says is a secret; a fault in it is told without quoting it.
    const code = error instanceof Error && "code" in error ? String(error.code) : "it is not JSON";
    return refuse(`cannot be read (${code}); give the file that POST /api/v1/provisioning-claims answered with`, error);
  }
  if (Value.Check(ClaimFile, claim) && isPair({ cert: claim.certificatePem, key: claim.privateKeyPem })) return claim;
  return refuse("is no claim; give the file that POST /api/v1/provisioning-claims answered with");
}

function configText({ site, simulated }: ClaimFile, { host, port }: Broker, gateway: string): string {
  const mqtt = { host, port, certFile: "gateway.pem", keyFile: "gateway.key", caFile: "ca.pem" };
  return `${JSON.stringify({ site, gateway, simulated, dataDir: "data", mqtt, lines: [] }, null, 2)}\n`;
}
