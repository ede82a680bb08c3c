import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Credentials, isPair } from "./key-pair.ts";

/** Where a gateway's certificate and key lie. */
export interface CredentialFiles {
  certFile: string;
  keyFile: string;
}

/** What has to be said once the new certificate has been used; it lies beside it until then. */
export interface Owed {
  /** The token of the new certificate. */
  token: string;
}

const nextOf = (file: string) => `${file}.next`;
const owedOf = ({ certFile }: CredentialFiles) => `${certFile}.owed`;

/** Written aside, brought to the disk and renamed, for its owner's eyes alone: a crash leaves the old file or the new one. */
export function writeSecret(file: string, content: string): void {
  const aside = `${file}.tmp`;
  const handle = openSync(aside, "w", 0o600);
  try {
    fchmodSync(handle, 0o600);
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  rename(aside, file);
}

function rename(from: string, to: string): void {
  renameSync(from, to);
  const folder = openSync(dirname(to), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Reads the pair that lets the gateway in, and ends a change that was broken off between its two files: then the key is the new
 * one already, and its certificate still has the name that it waited under.
 */
export function readCredentials(files: CredentialFiles): Credentials {
  const read = () => ({ cert: readFileSync(files.certFile, "utf8"), key: readFileSync(files.keyFile, "utf8") });
  const pair = read();
  const next = nextOf(files.certFile);
  if (!existsSync(next) || existsSync(nextOf(files.keyFile)) || isPair(pair)) return pair;
  if (!isPair({ cert: readFileSync(next, "utf8"), key: pair.key })) return pair;
  rename(next, files.certFile);
  return read();
}

/** Puts a new key, and later its certificate, beside the ones in use. */
export const stageKey = ({ keyFile }: CredentialFiles, key: string): void => writeSecret(nextOf(keyFile), key);
export const stageCertificate = ({ certFile }: CredentialFiles, cert: string): void =>
  writeSecret(nextOf(certFile), cert);

/** Takes what was staged into use. What is owed for it is noted first. */
export function adopt(files: CredentialFiles, owed: Owed): Credentials {
  writeSecret(owedOf(files), JSON.stringify(owed));
  rename(nextOf(files.keyFile), files.keyFile);
  rename(nextOf(files.certFile), files.certFile);
  return readCredentials(files);
}

/** What is still owed; null where nothing is, or where it cannot be read. */
export function owedFor(files: CredentialFiles): Owed | null {
  try {
    const owed: unknown = JSON.parse(readFileSync(owedOf(files), "utf8"));
    if (typeof owed !== "object" || owed === null || !("token" in owed)) return null;
    return typeof owed.token === "string" ? { token: owed.token } : null;
  } catch {
    return null;
  }
}

export const forgetOwed = (files: CredentialFiles): void => rmSync(owedOf(files), { force: true });
