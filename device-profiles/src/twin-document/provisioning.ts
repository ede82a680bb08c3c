import Type, { type Static } from "typebox";

/**
 * How a gateway gets its certificates, by the topics and messages of AWS IoT fleet provisioning. `{template}` is the id of whoever
 * asks: a claim's, or a gateway's that wants its next certificate; so each may speak on its own alone.
 *
 * | topic                                                | payload                                                |
 * |------------------------------------------------------|--------------------------------------------------------|
 * | $aws/certificates/create-from-csr/json                 | SigningAsked; answered by RequestSigned                |
 * | $aws/certificates/create/json                          | refused: a private key is made where it stays          |
 * | $aws/provisioning-templates/{template}/provision/json  | ProvisioningAsked; answered by Provisioned             |
 * | each of these and /accepted, or /rejected              | the answer, or ProvisioningRejected                    |
 */
export const SIGNING_TOPIC = "$aws/certificates/create-from-csr/json";
export const KEYS_TOPIC = "$aws/certificates/create/json";
export const provisionTopic = (template: string): string => `$aws/provisioning-templates/${template}/provision/json`;

/** The subscriptions that catch every request and no answer. */
export const PROVISIONING_FILTERS: readonly string[] = [SIGNING_TOPIC, KEYS_TOPIC, provisionTopic("+")];

/** The requests of whoever has this template, and the answers to them. */
export const provisioningOf = (template: string): { requests: string[]; answers: string[] } => {
  const requests = [SIGNING_TOPIC, KEYS_TOPIC, provisionTopic(template)];
  return { requests, answers: requests.flatMap((topic) => [`${topic}/accepted`, `${topic}/rejected`]) };
};

const TEMPLATE = /^\$aws\/provisioning-templates\/([0-9A-Za-z_-]{1,64})\/provision\/json$/;

export type ProvisioningTopic = { what: "sign" } | { what: "keys" } | { what: "provision"; template: string };

/** Takes a request's topic apart; null for any other topic, an answer's among them. */
export function parseProvisioningRequest(topic: string): ProvisioningTopic | null {
  if (topic === SIGNING_TOPIC) return { what: "sign" };
  if (topic === KEYS_TOPIC) return { what: "keys" };
  const template = TEMPLATE.exec(topic)?.[1];
  return template === undefined ? null : { what: "provision", template };
}

/** Takes an answer's topic apart, or the subscription that hears it; null for any other. */
export function parseProvisioningAnswer(topic: string): ProvisioningTopic | null {
  const [, request = ""] = /^(.*)\/(?:accepted|rejected)$/.exec(topic) ?? [];
  return parseProvisioningRequest(request);
}

/**
 * `challengePassword` (RFC 2985 §5.4.1) of the request proves who asks: the certificate that the asker has now and a signature by
 * its key over the new public key (`proofOf`). The request's common name is the gateway's.
 */
export const SigningAsked = Type.Object({
  certificateSigningRequest: Type.String({ minLength: 1, maxLength: 16_384 }),
});

export const RequestSigned = Type.Object({
  certificateId: Type.String({ minLength: 1, maxLength: 128 }),
  certificatePem: Type.String({ minLength: 1, maxLength: 16_384 }),
  certificateOwnershipToken: Type.String({ minLength: 1, maxLength: 512 }),
});
export type RequestSigned = Static<typeof RequestSigned>;

/** `parameters.connected` is "true" once the new certificate has been used: then the old one is revoked. */
export const ProvisioningAsked = Type.Object({
  certificateOwnershipToken: Type.String({ minLength: 1, maxLength: 512 }),
  parameters: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 256 }))),
});
export type ProvisioningAsked = Static<typeof ProvisioningAsked>;

/** What a gateway has to know of itself to write its configuration. */
export const DeviceConfiguration = Type.Object({
  site: Type.String(),
  ward: Type.String(),
  gateway: Type.String(),
  simulated: Type.Enum(["true", "false"]),
});
export const Provisioned = Type.Object({ deviceConfiguration: DeviceConfiguration, thingName: Type.String() });
export type Provisioned = Static<typeof Provisioned>;

export const ProvisioningRejected = Type.Object({
  statusCode: Type.Integer(),
  errorCode: Type.String(),
  errorMessage: Type.String(),
});
export type ProvisioningRejected = Static<typeof ProvisioningRejected>;

/** A claim as it is handed to an installer: everything that `wardtwin-agent enrol` needs but the broker's address. */
export const ClaimFile = Type.Object({
  id: Type.String({ pattern: "^claim_[0-9a-f]{24}$" }),
  site: Type.String(),
  ward: Type.String(),
  simulated: Type.Boolean(),
  expiresAt: Type.String(),
  certificatePem: Type.String({ minLength: 1, maxLength: 16_384 }),
  privateKeyPem: Type.String({ minLength: 1, maxLength: 16_384 }),
  caPem: Type.String({ minLength: 1, maxLength: 65_536 }),
});
export type ClaimFile = Static<typeof ClaimFile>;

/** The proof in a signing request. @param certificate DER, in base64url @param signature over the new key's SPKI, in base64url */
export const proofOf = (certificate: string, signature: string): string => `${certificate}.${signature}`;

/** Takes a proof apart; null where it is none. */
export function parseProof(proof: string): { certificate: string; signature: string } | null {
  const [, certificate, signature] = /^([A-Za-z0-9_-]{100,12000})\.([A-Za-z0-9_-]{40,1400})$/.exec(proof) ?? [];
  return certificate === undefined || signature === undefined ? null : { certificate, signature };
}
