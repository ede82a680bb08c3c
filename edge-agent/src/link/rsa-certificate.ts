import { X509Certificate } from "node:crypto";

/**
 * A certificate that Basic256Sha256 can use, PEM or DER, as DER; null for any other bytes. The library behind this link
 * fails where nobody can catch it on a key of another kind, so it never gets to see one.
 */
export function rsaCertificate(bytes: Uint8Array): Buffer | null {
  try {
    const certificate = new X509Certificate(bytes);
    return certificate.publicKey.asymmetricKeyType === "rsa" ? certificate.raw : null;
  } catch {
    return null;
  }
}
