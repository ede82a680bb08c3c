import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import type { Validity } from "./rules.ts";

/** PEM texts. */
export interface Credentials {
  cert: string;
  key: string;
}

/** A new private key, PKCS#8 in PEM. */
export const newKey = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** Whether a certificate is of a key; false for what is no certificate or no key. */
export function isPair({ cert, key }: Credentials): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** When a certificate begins and ends; null for what is none. */
export function validityOf(cert: string): Validity | null {
  try {
    const { validFromDate, validToDate } = new X509Certificate(cert);
    return { notBeforeMs: validFromDate.getTime(), notAfterMs: validToDate.getTime() };
  } catch {
    return null;
  }
}
