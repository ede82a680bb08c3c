import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { MqttSettings } from "../uplink/mqtt-config.ts";
import { type openProvisioningLink, type ProvisioningLink, wordsOf } from "../uplink/provisioning-link.ts";
import { provision, requestSigned, retireOld } from "./exchange.ts";
import {
  adopt,
  type CredentialFiles,
  forgetOwed,
  owedFor,
  readCredentials,
  stageCertificate,
  stageKey,
} from "./files.ts";
import { type Credentials, newKey, validityOf } from "./key-pair.ts";
import { isRenewalDue } from "./rules.ts";

interface Deps {
  site: string;
  gateway: string;
  files: CredentialFiles;
  broker: Pick<MqttSettings, "host" | "port" | "ca">;
  open: typeof openProvisioningLink;
  /** ms since 1970-01-01 UTC by the cloud's clock; null while that is not known. */
  cloudMs(): number | null;
  /** The session goes on with these. */
  use(credentials: Credentials): Promise<void>;
  log: Log;
}

/** How often the certificate is looked at, ms; a first time soon after the start, when the cloud's time may be known. */
const LOOK_EVERY_MS = 600_000;
const FIRST_LOOK_MS = 15_000;
/** A new certificate is known to every process of the cloud within a few seconds. */
const TRIES_MAX = 5;
const TRY_AGAIN_MS = 2_000;

/**
 * Sees to it that the gateway's certificate is followed by another one before it ends. At every moment the files hold a pair that
 * lets the gateway in: the old one until the new one has been tried, and the old one is revoked only after that.
 */
export class CertificateRenewal {
  readonly #deps: Deps;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
      void this.look();
    }, FIRST_LOOK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Does what is due, one look after another; what fails is told in the log and tried again with the next look. */
  look(): Promise<void> {
    this.#working = this.#working.then(() => this.#look()).catch((error: unknown) => void this.#fails(wordsOf(error)));
    return this.#working;
  }

  async #look(): Promise<void> {
    const { files, cloudMs } = this.#deps;
    const nowMs = cloudMs();
    const credentials = readCredentials(files);
    const validity = validityOf(credentials.cert);
    if (nowMs === null || validity === null) return;
    await this.#settleOwed(credentials);
    if (isRenewalDue(validity, nowMs)) await this.#renew(credentials);
  }

  /** Says what a stop kept it from saying. */
  async #settleOwed(credentials: Credentials): Promise<void> {
    const owed = owedFor(this.#deps.files);
    if (owed === null) return;
    await this.#over(credentials, (link) => this.#retire(link, owed.token));
  }

  async #renew(old: Credentials): Promise<void> {
    const { files, gateway, log, use } = this.#deps;
    const key = newKey();
    stageKey(files, key);
    const token = await this.#over(old, (link) => this.#exchange(link, old, key));
    if (token === null) return;
    const fresh = { cert: token.cert, key };
    const link = await this.#tried(fresh);
    if (link === null) return void this.#fails("the broker does not let the new certificate in; the old one stays");
    try {
      const adopted = adopt(files, { token: token.token });
      log.info({ gateway, until: new Date(validityOf(adopted.cert)?.notAfterMs ?? 0) }, "the certificate was renewed");
      await use(adopted);
      await this.#retire(link, token.token);
    } finally {
      await link.close();
    }
  }

  /** @returns the new certificate and its token once it lets the gateway in; null where it does not come to that */
  async #exchange(
    link: ProvisioningLink,
    asker: Credentials,
    key: string,
  ): Promise<{ cert: string; token: string } | null> {
    const { files, gateway } = this.#deps;
    const signed = await requestSigned(link, { asker, gateway, key });
    if (!signed.ok) return this.#fails(signed.fault.sentence);
    const { certificatePem: cert, certificateOwnershipToken: token } = signed.value;
    stageCertificate(files, cert);
    const provisioned = await provision(link, gateway, token, {});
    return provisioned.ok ? { cert, token } : this.#fails(provisioned.fault.sentence);
  }

  async #retire(link: ProvisioningLink, token: string): Promise<void> {
    const { files, gateway } = this.#deps;
    const told = await retireOld(link, gateway, token);
    // A cloud that does not know of it has nothing to revoke; one that is out of reach hears of it with the next look.
    if (told.ok || [400, 404].includes(told.fault.statusCode)) forgetOwed(files);
    else this.#fails(told.fault.sentence);
  }

  /** A connection with the new certificate; null where there is none after some tries. */
  async #tried(credentials: Credentials): Promise<ProvisioningLink | null> {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      try {
        return await this.#open(credentials);
      } catch {
        await sleep(TRY_AGAIN_MS);
      }
    }
    return null;
  }

  async #over<Value>(credentials: Credentials, work: (link: ProvisioningLink) => Promise<Value>): Promise<Value> {
    const link = await this.#open(credentials);
    return work(link).finally(() => link.close());
  }

  #open(credentials: Credentials): Promise<ProvisioningLink> {
    const { open, broker, site, gateway } = this.#deps;
    return open({ ...broker, ...credentials }, `${site}:${gateway}:renewal`);
  }

  #fails(reason: string): null {
    this.#deps.log.warn({ reason }, "the certificate could not be renewed; it is tried again in ten minutes");
    return null;
  }
}
