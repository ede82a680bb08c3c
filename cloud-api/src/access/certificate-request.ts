import "reflect-metadata";
import { verify, type webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { parseProof } from "@wardtwin/device-profiles/twin-document/provisioning";

/** Who shows in a request that the key of a certificate of ours is at hand. */
export interface Asker {
  /** Of its subject: common name, organisation and unit, as the authority wrote them. */
  id: string;
  site: string;
  holder: string;
  /** Hexadecimal, in small letters. */
  serial: string;
  notAfterMs: number;
}

export interface ReadRequest {
  commonName: string | null;
  publicKey: webcrypto.CryptoKey;
  /** Null where the request proves nothing. */
  asker: Asker | null;
}

export class CsrError extends Error {}

/** @throws CsrError with the reason in words when the request cannot be used */
export async function readRequest(csrPem: string, authority: x509.X509Certificate): Promise<ReadRequest> {
  let request: x509.Pkcs10CertificateRequest;
  try {
    request = new x509.Pkcs10CertificateRequest(csrPem);
  } catch (cause) {
    throw new CsrError("it is not a PKCS#10 request in PEM", { cause });
  }
  const isSigned = await request.verify().catch(() => false);
  if (!isSigned) throw new CsrError("its signature does not fit its key");
  const [commonName] = request.subjectName.getField("CN");
  const challenge = request.attributes.find((one) => one instanceof x509.ChallengePasswordAttribute);
  const asker =
    challenge === undefined
      ? null
      : await askerOf(challenge.password, new Uint8Array(request.publicKey.rawData), authority);
  return { commonName: commonName ?? null, publicKey: await request.publicKey.export(), asker };
}

/** Reads a proof: a certificate that the authority signed, and a signature of its key over the new public key. */
async function askerOf(proof: string, newKey: Uint8Array, authority: x509.X509Certificate): Promise<Asker | null> {
  const parts = parseProof(proof);
  if (parts === null) return null;
  try {
    const der = Buffer.from(parts.certificate, "base64url");
    const certificate = new X509Certificate(der);
    const isOurs = await new x509.X509Certificate(der).verify({ publicKey: authority.publicKey, signatureOnly: true });
    const key = { key: certificate.publicKey, dsaEncoding: "ieee-p1363" as const };
    if (!isOurs || !verify("sha256", newKey, key, Buffer.from(parts.signature, "base64url"))) return null;
    const { CN: id, O: site, OU: holder } = certificate.toLegacyObject().subject;
    if (typeof id !== "string" || typeof site !== "string" || typeof holder !== "string") return null;
    const serial = certificate.serialNumber.toLowerCase();
    return { id, site, holder, serial, notAfterMs: certificate.validToDate.getTime() };
  } catch {
    // What is no certificate proves nothing.
    return null;
  }
}
