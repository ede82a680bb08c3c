import "reflect-metadata";
import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import type { Clock } from "../platform/clock.ts";
import { ConfigError } from "../platform/config-error.ts";
import type { Random } from "../platform/random.ts";
import { CsrError, type ReadRequest, readRequest } from "./certificate-request.ts";

/**
 * A small certificate authority in the data folder. It signs the broker, the cloud's own MQTT sessions, and gateways; who a
 * certificate speaks for stands in its subject alone: CN the id, O the site, OU one of `Holder`. The subject of a gateway's
 * certificate ends with its serial number, because some brokers tell certificates apart by their subjects alone.
 */
export type Holder = "broker" | "cloud" | "gateway" | "simulated-gateway" | "claim" | ClientHolder;
/** Another system's MQTT client; what it may do with shadows stands in its certificate. */
export type ClientHolder = "client" | "client-reads-shadows" | "client-writes-shadows";

/** The broker, and each part of the cloud that has a session with it: a session of its own is told apart by a name of its own. */
export type Service = "broker" | "cloud-broker" | "cloud-ingest" | "cloud-shadow" | "cloud-jobs" | "cloud-api";

export interface Issued {
  certificatePem: string;
  serial: string;
  notAfterMs: number;
}

export interface KeyPairFiles {
  certFile: string;
  keyFile: string;
}

export interface CertificateAuthority {
  caFile: string;
  caPem: string;
  /** Signs a gateway's request. @throws CsrError with the reason in words when the request cannot be used. */
  signGateway(csrPem: string, holder: { gateway: string; site: string; simulated: boolean }): Promise<Issued>;
  /** Reads a request, and who proves in it to ask, without signing it. @throws CsrError as above */
  readRequest(csrPem: string): Promise<ReadRequest>;
  /** A certificate with a key that is handed out and kept nowhere. @param id its common name */
  withKey(holder: {
    id: string;
    site: string;
    holder: "claim" | ClientHolder;
    lifeMs?: number;
  }): Promise<Issued & { privateKeyPem: string }>;
  /** A certificate with its key for one of our own services, kept in the folder and renewed 30 days before its end. */
  service(service: Service, hostNames: readonly string[]): Promise<KeyPairFiles>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 24 * 3_600_000;
const CA_LIFE_MS = 3_650 * DAY_MS;
const LEAF_LIFE_MS = 397 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** The site of our own services. */
const NO_SITE = "-";
/** The attribute of a name that X.520 calls serialNumber. */
const SERIAL_NUMBER = "2.5.4.5";
/** Gateways' clocks are not ours: a certificate is valid from a little before it was made. */
const SKEW_MS = 3_600_000;

x509.cryptoProvider.set(webcrypto);

interface Signer {
  certificate: x509.X509Certificate;
  privateKey: webcrypto.CryptoKey;
}

export async function openCertificateAuthority(
  folder: string,
  clock: Clock,
  random: Random,
): Promise<CertificateAuthority> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new ConfigError(`The folder ${folder} cannot be made; make DATA_DIR writable or name another folder.`, {
      cause,
    });
  });
  const caFile = join(folder, "ca.pem");
  const signer = (await readSigner(caFile, join(folder, "ca.key"))) ?? (await createSigner(folder, clock, random));
  const issue = (subject: Subject, publicKey: webcrypto.CryptoKey, lifeMs = LEAF_LIFE_MS) =>
    issueLeaf(signer, subject, publicKey, { lifeMs, serial: serialNumber(random), nowMs: clock.nowMs() });
  return {
    caFile,
    caPem: signer.certificate.toString("pem"),
    async signGateway(csrPem, { gateway, site, simulated }) {
      const { commonName, publicKey } = await readRequest(csrPem, signer.certificate);
      if (commonName !== gateway)
        throw new CsrError(`its common name is ${commonName === null ? "missing" : `"${commonName}"`}`);
      const holder = simulated ? ("simulated-gateway" as const) : ("gateway" as const);
      return issue({ commonName: gateway, site, holder, hostNames: [] }, publicKey);
    },
    readRequest: (csrPem) => readRequest(csrPem, signer.certificate),
    async withKey({ id, site, holder, lifeMs }) {
      const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const issued = await issue({ commonName: id, site, holder, hostNames: [] }, keys.publicKey, lifeMs);
      return { ...issued, privateKeyPem: await privateKeyPem(keys.privateKey) };
    },
    async service(service, hostNames) {
      const files = { certFile: join(folder, `${service}.pem`), keyFile: join(folder, `${service}.key`) };
      if (await isServiceable(files, hostNames, signer, clock)) return files;
      const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const { certificatePem } = await issue(
        {
          commonName: `wardtwin-${service}`,
          site: NO_SITE,
          holder: service === "broker" ? "broker" : "cloud",
          hostNames,
        },
        keys.publicKey,
      );
      await writeSecret(files.keyFile, await privateKeyPem(keys.privateKey));
      await writeSecret(files.certFile, certificatePem);
      return files;
    },
  };
}

interface Subject {
  commonName: string;
  site: string;
  holder: Holder;
  hostNames: readonly string[];
}

async function issueLeaf(
  signer: Signer,
  subject: Subject,
  publicKey: webcrypto.CryptoKey,
  { lifeMs, serial, nowMs }: { lifeMs: number; serial: string; nowMs: number },
): Promise<Issued> {
  const usage = subject.holder === "broker" ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const names = subject.hostNames.map((name) => ({
    type: isIp(name) ? ("ip" as const) : ("dns" as const),
    value: name,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [
      { CN: [subject.commonName] },
      { O: [subject.site] },
      { OU: [subject.holder] },
      // A service keeps its name when its certificate is renewed.
      ...(subject.site === NO_SITE ? [] : [{ [SERIAL_NUMBER]: [serial] }]),
    ],
    issuer: signer.certificate.subject,
    notBefore: new Date(nowMs - SKEW_MS),
    notAfter: new Date(nowMs + lifeMs),
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey: signer.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(signer.certificate),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificatePem: certificate.toString("pem"), serial, notAfterMs: certificate.notAfter.getTime() };
}

async function createSigner(folder: string, clock: Clock, random: Random): Promise<Signer> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const nowMs = clock.nowMs();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(random),
    name: [{ CN: ["Wardtwin data folder CA"] }],
    notBefore: new Date(nowMs - SKEW_MS),
    notAfter: new Date(nowMs + CA_LIFE_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeSecret(join(folder, "ca.key"), await privateKeyPem(keys.privateKey));
  await writeSecret(join(folder, "ca.pem"), certificate.toString("pem"));
  return { certificate, privateKey: keys.privateKey };
}

/** What stands in a file, or null where there is none. A file that is there and cannot be read is never taken for missing. */
async function contentOf(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new ConfigError(`${file} cannot be read (${error.code}); correct its rights.`, { cause: error });
  });
}

/** Null before the authority's first start. @throws ConfigError where half of it is lost: every gateway trusts this one alone. */
async function readSigner(certFile: string, keyFile: string): Promise<Signer | null> {
  const [certPem, keyPem] = await Promise.all([contentOf(certFile), contentOf(keyFile)]);
  // The key is written first: a first start that was broken off leaves a key that has signed nothing.
  if (certPem === null) return null;
  try {
    if (keyPem === null) throw new Error("the key is missing");
    if (!new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem)))
      throw new Error("they do not belong together");
    const der = x509.PemConverter.decodeFirst(keyPem);
    const privateKey = await webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
    return { certificate: new x509.X509Certificate(certPem), privateKey };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      `The certificate authority in ${certFile} and ${keyFile} cannot be used (${why}); restore both files from a backup, or remove both and certify every gateway anew.`,
      { cause },
    );
  }
}

/** Whether a service can be run with its files: sound, of one pair, signed by us, valid now and for a while, for all its names. */
async function isServiceable(
  files: KeyPairFiles,
  hostNames: readonly string[],
  signer: Signer,
  clock: Clock,
): Promise<boolean> {
  const [pem, keyPem] = await Promise.all([contentOf(files.certFile), contentOf(files.keyFile)]);
  if (pem === null || keyPem === null) return false;
  try {
    const certificate = new X509Certificate(pem);
    const nowMs = clock.nowMs();
    return (
      certificate.validFromDate.getTime() <= nowMs &&
      certificate.validToDate.getTime() - nowMs > RENEW_BEFORE_MS &&
      hostNames.every((name) => (isIp(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined) &&
      certificate.checkPrivateKey(createPrivateKey(keyPem)) &&
      (await new x509.X509Certificate(pem).verify({ publicKey: signer.certificate.publicKey, signatureOnly: true }))
    );
  } catch {
    // Half written or no certificate at all: made anew.
    return false;
  }
}

const isIp = (name: string) => /^[\d.]+$|:/.test(name);

/** 16 random bytes, the first one positive and not zero, as RFC 5280 §4.1.2.2 asks. */
function serialNumber(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** Written aside, brought to the disk and renamed, so that a crash leaves the old file or the new one, and never half of one. */
async function writeSecret(file: string, content: string): Promise<void> {
  const aside = await open(`${file}.new`, "w", 0o600);
  try {
    await aside.chmod(0o600);
    await aside.writeFile(`${content.trimEnd()}\n`);
    await aside.sync();
  } finally {
    await aside.close();
  }
  await rename(`${file}.new`, file);
}
