import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import type { Clock } from "../platform/clock.ts";
import type { Random } from "../platform/random.ts";

/**
 * A small certificate authority in the data folder. It signs the broker, the cloud's own MQTT session, and gateways; who a
 * certificate speaks for stands in its subject alone: CN the id, O the site, OU one of `Holder`.
 */
export type Holder = "broker" | "cloud" | "gateway" | "simulated-gateway";

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
  /** A certificate with its key for one of our own services, kept in the folder and renewed 30 days before its end. */
  service(holder: "broker" | "cloud", hostNames: readonly string[]): Promise<KeyPairFiles>;
}

export class CsrError extends Error {}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 24 * 3_600_000;
const CA_LIFE_MS = 3_650 * DAY_MS;
const LEAF_LIFE_MS = 397 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;
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
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, "ca.pem");
  const signer = (await readSigner(caFile, join(folder, "ca.key"))) ?? (await createSigner(folder, clock, random));
  const issue = (subject: Subject, publicKey: webcrypto.CryptoKey) =>
    issueLeaf(signer, subject, publicKey, clock, random);
  return {
    caFile,
    caPem: signer.certificate.toString("pem"),
    async signGateway(csrPem, { gateway, site, simulated }) {
      const publicKey = await publicKeyOf(csrPem, gateway);
      return issue(
        { commonName: gateway, site, holder: simulated ? "simulated-gateway" : "gateway", hostNames: [] },
        publicKey,
      );
    },
    async service(holder, hostNames) {
      const files = { certFile: join(folder, `${holder}.pem`), keyFile: join(folder, `${holder}.key`) };
      if (await isServiceable(files, hostNames, signer, clock)) return files;
      const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const { certificatePem } = await issue(
        { commonName: `wardtwin-${holder}`, site: "-", holder, hostNames },
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
  clock: Clock,
  random: Random,
): Promise<Issued> {
  const nowMs = clock.nowMs();
  const serial = serialNumber(random);
  const usage = subject.holder === "broker" ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const names = subject.hostNames.map((name) => ({
    type: /^[\d.]+$|:/.test(name) ? ("ip" as const) : ("dns" as const),
    value: name,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [subject.commonName] }, { O: [subject.site] }, { OU: [subject.holder] }],
    issuer: signer.certificate.subject,
    notBefore: new Date(nowMs - SKEW_MS),
    notAfter: new Date(nowMs + LEAF_LIFE_MS),
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

async function readSigner(certFile: string, keyFile: string): Promise<Signer | null> {
  const [certPem, keyPem] = await Promise.all(
    [certFile, keyFile].map((file) => readFile(file, "utf8").catch(() => null)),
  );
  if (certPem == null || keyPem == null) return null;
  const der = x509.PemConverter.decodeFirst(keyPem);
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
  return { certificate: new x509.X509Certificate(certPem), privateKey };
}

async function isServiceable(
  files: KeyPairFiles,
  hostNames: readonly string[],
  signer: Signer,
  clock: Clock,
): Promise<boolean> {
  const pem = await readFile(files.certFile, "utf8").catch(() => null);
  if (pem === null || (await readFile(files.keyFile).catch(() => null)) === null) return false;
  const certificate = new x509.X509Certificate(pem);
  const names =
    certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map(({ value }) => value) ?? [];
  const lasts = certificate.notAfter.getTime() - clock.nowMs() > RENEW_BEFORE_MS;
  return (
    lasts &&
    hostNames.every((name) => names.includes(name)) &&
    certificate.verify({ publicKey: signer.certificate.publicKey, signatureOnly: true })
  );
}

async function publicKeyOf(csrPem: string, gateway: string): Promise<webcrypto.CryptoKey> {
  let request: x509.Pkcs10CertificateRequest;
  try {
    request = new x509.Pkcs10CertificateRequest(csrPem);
  } catch (cause) {
    throw new CsrError("it is not a PKCS#10 request in PEM", { cause });
  }
  if (!(await request.verify())) throw new CsrError("its signature does not fit its key");
  const [name] = request.subjectName.getField("CN");
  if (name !== gateway) throw new CsrError(`its common name is ${name === undefined ? "missing" : `"${name}"`}`);
  return request.publicKey.export();
}

/** 16 random bytes, the first one positive and not zero, as RFC 5280 §4.1.2.2 asks. */
function serialNumber(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** Written aside and renamed, so that a crash leaves the old file or the new one. */
async function writeSecret(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, `${content.trimEnd()}\n`, { mode: 0o600 });
  await chmod(`${file}.new`, 0o600);
  await rename(`${file}.new`, file);
}
