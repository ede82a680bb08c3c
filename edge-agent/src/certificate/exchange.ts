import {
  Provisioned,
  provisionTopic,
  RequestSigned,
  SIGNING_TOPIC,
} from "@wardtwin/device-profiles/twin-document/provisioning";
import { ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { AskFault, ProvisioningLink } from "../uplink/provisioning-link.ts";
import { type Credentials, isPair } from "./key-pair.ts";

/** Who asks for a certificate, and for which gateway and key. */
interface Wish {
  /** The certificate of the claim, or the gateway's own. */
  asker: Credentials;
  gateway: string;
  /** PEM; it never leaves this machine. */
  key: string;
}

/** Has a key certified. The certificate lets nobody in until it is provisioned. */
export async function requestSigned(link: ProvisioningLink, wish: Wish): Promise<Result<RequestSigned, AskFault>> {
  const { asker, gateway, key } = wish;
  // Needed about once a year: it is not loaded before.
  const { signingRequest } = await import("./signing-request.ts");
  const certificateSigningRequest = await signingRequest(gateway, key, asker);
  // All who ask at once hear the same topic: ours is the certificate of our key.
  const isOurs = ({ certificatePem }: RequestSigned) => isPair({ cert: certificatePem, key });
  return link.ask(SIGNING_TOPIC, { certificateSigningRequest }, RequestSigned, isOurs);
}

/** Takes a signed certificate into use. @param asker the id of the claim or the gateway that had it signed */
export const provision = (
  link: ProvisioningLink,
  asker: string,
  token: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Result<Provisioned, AskFault>> =>
  link.ask(provisionTopic(asker), { certificateOwnershipToken: token, parameters }, Provisioned);

/** Says that the new certificate has been used, so that the old one can be revoked. */
export async function retireOld(
  link: ProvisioningLink,
  gateway: string,
  token: string,
): Promise<Result<null, AskFault>> {
  const told = await provision(link, gateway, token, { connected: "true" });
  return told.ok ? ok(null) : told;
}
