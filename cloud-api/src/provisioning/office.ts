import {
  type Provisioned,
  ProvisioningAsked,
  type ProvisioningRejected,
  type ProvisioningTopic,
  type RequestSigned,
  SigningAsked,
} from "@wardtwin/device-profiles/twin-document/provisioning";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { Static, TSchema } from "typebox";
import Value from "typebox/value";
import type { CertificateAuthority } from "../access/certificate-authority.ts";
import { type Asker, CsrError, type ReadRequest } from "../access/certificate-request.ts";
import type { AccessStore } from "../access/store.ts";
import type { FleetQueries } from "../fleet/queries.ts";
import type { Clock } from "../platform/clock.ts";
import type { LiveBus } from "../platform/live.ts";
import type { Random } from "../platform/random.ts";
import { parseJson } from "../shadow/json.ts";
import { claimRefusal, refusal, tokenRefusal } from "./rules.ts";
import type { ProvisioningStore, SignedCertificate } from "./store.ts";

interface Deps {
  store: ProvisioningStore;
  fleet: FleetQueries;
  access: AccessStore;
  authority: CertificateAuthority;
  live: LiveBus;
  clock: Clock;
  random: Random;
}

export interface ProvisioningRequest {
  topic: ProvisioningTopic;
  payload: Uint8Array;
}

export interface ProvisioningAnswer {
  answer: Result<RequestSigned | Provisioned, ProvisioningRejected>;
  /** What is to happen once the answer is on its way: sessions that may not go on are cut off. */
  after?: () => void;
}

type Answer<Value> = Result<Value, ProvisioningRejected>;

const TOKEN_BYTES = 32;
const GATEWAYS: readonly string[] = ["gateway", "simulated-gateway"];

/** Where gateways get their certificates: the first one for a claim, each later one for the one before it. */
export class ProvisioningOffice {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws where the database is out of reach */
  async answer({ topic, payload }: ProvisioningRequest): Promise<ProvisioningAnswer> {
    if (topic.what === "keys") return { answer: fail(NO_KEYS) };
    if (topic.what === "sign") {
      const asked = bodyOf(SigningAsked, payload);
      return { answer: asked.ok ? await this.#sign(asked.value.certificateSigningRequest) : asked };
    }
    const asked = bodyOf(ProvisioningAsked, payload);
    return asked.ok ? this.#provision(topic.template, asked.value) : { answer: asked };
  }

  async #sign(csrPem: string): Promise<Answer<RequestSigned>> {
    const { store, authority, clock, random } = this.#deps;
    const nowMs = clock.nowMs();
    const read = await this.#read(csrPem);
    if (!read.ok) return read;
    const { commonName: gateway, asker } = read.value;
    if (asker === null || gateway === null) return fail(NO_PROOF);
    const refused = await this.#whyNot(asker, gateway, nowMs);
    if (refused !== null) return fail(refused);
    if (await store.isBusy(asker.id, nowMs)) return fail(BUSY);
    const known = await store.gateway(gateway, nowMs);
    const simulated = known?.simulated ?? (await store.isSimulated(asker.site));
    const issued = await authority.signGateway(csrPem, { gateway, site: asker.site, simulated });
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");
    const { serial, notAfterMs } = issued;
    const whose = { asker: asker.id, askerSerial: asker.serial, gatewayId: gateway, siteId: asker.site };
    await store.recordSigned({ serial, notAfterMs, ...whose }, token, nowMs);
    return ok({ certificateId: serial, certificatePem: issued.certificatePem, certificateOwnershipToken: token });
  }

  async #read(csrPem: string): Promise<Answer<ReadRequest>> {
    try {
      return ok(await this.#deps.authority.readRequest(csrPem));
    } catch (error) {
      if (!(error instanceof CsrError)) throw error;
      return fail(refusal(400, "InvalidCertificateSigningRequest", `the request cannot be used: ${error.message}`));
    }
  }

  async #whyNot(asker: Asker, gateway: string, nowMs: number): Promise<ProvisioningRejected | null> {
    const { store, fleet } = this.#deps;
    if (asker.notAfterMs <= nowMs) return refusal(403, "AccessDenied", "the certificate that asks has expired");
    if (asker.holder === "claim") {
      const wish = { gateway, site: asker.site };
      return claimRefusal(await store.claim(asker.id), asker.serial, wish, await store.gateway(gateway, nowMs), nowMs);
    }
    const simulated = asker.holder === "simulated-gateway";
    const { id, site, serial: certificate } = asker;
    fleet.forgetIndex();
    const isOwn = GATEWAYS.includes(asker.holder) && id === gateway;
    return isOwn && (await fleet.admits({ id, site, simulated, certificate }, nowMs)) ? null : NOT_ITS_OWN;
  }

  async #provision(
    template: string,
    { certificateOwnershipToken, parameters = {} }: Static<typeof ProvisioningAsked>,
  ): Promise<ProvisioningAnswer> {
    const { store, clock } = this.#deps;
    const nowMs = clock.nowMs();
    const signed = await store.signedBy(certificateOwnershipToken);
    const refused = tokenRefusal(signed, template, nowMs);
    if (refused !== null || signed === null) return { answer: fail(refused ?? GONE) };
    const done =
      template === signed.gatewayId ? this.#rotate(signed, parameters, nowMs) : this.#enrol(signed, parameters, nowMs);
    const { refused: why, after } = await done;
    if (why !== null) return { answer: fail(why) };
    const deviceConfiguration = await store.configuration(signed.gatewayId);
    if (deviceConfiguration === null) return { answer: fail(GONE) };
    const answer = ok({ deviceConfiguration, thingName: signed.gatewayId });
    return after === undefined ? { answer } : { answer, after };
  }

  async #enrol(signed: SignedCertificate, parameters: Readonly<Record<string, string>>, nowMs: number): Promise<Done> {
    const { store, fleet, live } = this.#deps;
    // Told again because the answer was lost.
    if (signed.activatedAtMs !== null) return { refused: null };
    const wish = {
      gateway: parameters["gateway"] ?? signed.gatewayId,
      site: parameters["site"],
      ward: parameters["ward"],
    };
    if (wish.gateway !== signed.gatewayId) {
      const sentence = `the certificate is for the gateway ${signed.gatewayId}, not ${wish.gateway}`;
      return { refused: refusal(400, "InvalidParameters", sentence) };
    }
    const refused = await store.useClaim(signed, wish, nowMs);
    if (refused !== null) return { refused };
    fleet.forgetIndex();
    await this.#audit(signed, "gateway.enrol", nowMs);
    return {
      refused: null,
      after: () => live.publish({ devices: [], gateways: [signed.asker, signed.gatewayId], registry: true }),
    };
  }

  async #rotate(signed: SignedCertificate, parameters: Readonly<Record<string, string>>, nowMs: number): Promise<Done> {
    const { store, fleet, live } = this.#deps;
    const { gatewayId, siteId, askerSerial, activatedAtMs } = signed;
    if (parameters["connected"] === "true") {
      if (activatedAtMs === null) return { refused: NOT_IN_USE };
      await store.retire(signed, nowMs);
      fleet.forgetIndex();
      await this.#audit(signed, "gateway.retire-certificate", nowMs);
      return { refused: null, after: () => live.publish({ devices: [], gateways: [gatewayId], registry: true }) };
    }
    if (activatedAtMs !== null) return { refused: null };
    const simulated = (await store.gateway(gatewayId, nowMs))?.simulated ?? false;
    fleet.forgetIndex();
    const old = { id: gatewayId, site: siteId, simulated, certificate: askerSerial };
    if (!(await fleet.admits(old, nowMs))) return { refused: NOT_ITS_OWN };
    await store.activate(signed, nowMs);
    fleet.forgetIndex();
    await this.#audit(signed, "gateway.rotate-certificate", nowMs);
    return { refused: null, after: () => live.publish({ devices: [], gateways: [], registry: true }) };
  }

  #audit({ asker, gatewayId, serial }: SignedCertificate, action: string, nowMs: number): Promise<void> {
    return this.#deps.access.audit({ atMs: nowMs, actor: asker, action, subject: gatewayId, detail: { serial } });
  }
}

interface Done {
  refused: ProvisioningRejected | null;
  after?: () => void;
}

const NO_KEYS = refusal(
  403,
  "AccessDenied",
  "no private key is made here; make one where it stays, and send a request to $aws/certificates/create-from-csr/json",
);
const NO_PROOF = refusal(
  403,
  "AccessDenied",
  "the request does not prove who asks; its common name is the gateway's, and its challenge password the proof",
);
const NOT_ITS_OWN = refusal(
  403,
  "AccessDenied",
  "a gateway may ask for its own next certificate, with one that is valid",
);
const BUSY = refusal(
  429,
  "Throttled",
  "too many certificates were signed for this claim or gateway; try again in an hour",
);
const GONE = refusal(404, "ResourceNotFound", "the gateway is not in the registry any more");
const NOT_IN_USE = refusal(409, "InvalidState", "the new certificate is not in use; provision it first");

/** The answer to a request that was never looked at. */
export const unprovisioned = (why: "too-many" | "failure"): ProvisioningAnswer => ({
  answer: fail(
    why === "too-many"
      ? refusal(429, "Throttled", "too many ask at once; try again in a few seconds")
      : refusal(500, "InternalFailure", "the service cannot answer right now; try again in a few seconds"),
  ),
});

function bodyOf<Schema extends TSchema>(schema: Schema, payload: Uint8Array): Answer<Static<Schema>> {
  const parsed = parseJson(payload);
  if (!parsed.ok) return fail(refusal(400, "InvalidPayload", "the payload is not JSON in UTF-8"));
  if (Value.Check(schema, parsed.value)) return ok(parsed.value);
  const [first] = Value.Errors(schema, parsed.value);
  const where = first?.instancePath || "/";
  return fail(refusal(400, "InvalidPayload", `the payload cannot be used: ${where} ${first?.message ?? "is wrong"}`));
}
