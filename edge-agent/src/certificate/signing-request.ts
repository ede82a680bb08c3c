import "reflect-metadata";
import { createPrivateKey, createPublicKey, sign, webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { proofOf } from "@wardtwin/device-profiles/twin-document/provisioning";
import type { Credentials } from "./key-pair.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

x509.cryptoProvider.set(webcrypto);

/**
 * A request (PKCS#10, PEM) that a key be certified for a gateway. It proves who asks with the certificate that the asker has now:
 * a claim's, or the gateway's own.
 */
export async function signingRequest(gateway: string, keyPem: string, asker: Credentials): Promise<string> {
  const privateKey = createPrivateKey(keyPem);
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const signature = sign("sha256", spki, { key: createPrivateKey(asker.key), dsaEncoding: "ieee-p1363" });
  const certificate = new X509Certificate(asker.cert).raw;
  const proof = proofOf(certificate.toString("base64url"), signature.toString("base64url"));
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  const keys = {
    privateKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]),
  };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [gateway] }],
    keys,
    signingAlgorithm: ALGORITHM,
    attributes: [new x509.ChallengePasswordAttribute(proof)],
  });
  return request.toString("pem");
}
