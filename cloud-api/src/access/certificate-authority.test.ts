import "reflect-metadata";
import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "../platform/config-error.ts";
import { systemRandom } from "../platform/random.ts";
import { type CertificateAuthority, openCertificateAuthority } from "./certificate-authority.ts";
import { CsrError } from "./certificate-request.ts";

const DAY_MS = 86_400_000;
const NAMES = ["localhost", "127.0.0.1", "::1", "broker.hospital.example"];
const HOLDER = { gateway: "gw-a", site: "hospital", simulated: false };
let folder: string;
let nowMs: number;

const open = (): Promise<CertificateAuthority> =>
  openCertificateAuthority(folder, { nowMs: () => nowMs }, systemRandom);
const file = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(file(name), "utf8");

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "wardtwin-pki-")), "pki");
  nowMs = Date.UTC(2026, 10, 22);
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

async function request(commonName: string, signWith?: webcrypto.CryptoKeyPair): Promise<string> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { Pkcs10CertificateRequestGenerator: generator } = x509;
  const csr = await generator.create({
    name: [{ CN: [commonName] }],
    keys: { publicKey: keys.publicKey, privateKey: (signWith ?? keys).privateKey },
    signingAlgorithm: algorithm,
  });
  return csr.toString("pem");
}

test("a gateway's certificate says who it is by the registry, and is signed by the authority", async () => {
  const authority = await open();
  const { certificatePem, serial, notAfterMs } = await authority.signGateway(await request("gw-a"), HOLDER);
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.subject.split("\n")).toEqual(["CN=gw-a", "O=hospital", "OU=gateway", `serialNumber=${serial}`]);
  expect(certificate.verify(new X509Certificate(authority.caPem).publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.serialNumber.toLowerCase()).toBe(serial);
  expect(certificate.validToDate.getTime()).toBe(notAfterMs);
  expect(certificate.validFromDate.getTime()).toBeLessThan(nowMs);
  const simulated = await authority.signGateway(await request("gw-a"), { ...HOLDER, simulated: true });
  expect(new X509Certificate(simulated.certificatePem).subject).toContain("OU=simulated-gateway");
  expect(simulated.serial).not.toBe(serial);
});

test("a request of another name, of another's key, or of no meaning is refused in words", async () => {
  const authority = await open();
  const others = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const cases: [string, RegExp][] = [
    [await request("gw-b"), /^its common name is "gw-b"$/],
    [await request("gw-a", others), /^its signature does not fit its key$/],
    ["garbage", /^it is not a PKCS#10 request in PEM$/],
    [authority.caPem, /^it is not a PKCS#10 request in PEM$/],
    ["", /^it is not a PKCS#10 request in PEM$/],
  ];
  for (const [pem, why] of cases) {
    const error: unknown = await authority.signGateway(pem, HOLDER).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CsrError);
    expect(error).toHaveProperty("message", expect.stringMatching(why));
  }
});

test("secrets are for their owner alone", async () => {
  await (await open()).service("broker", NAMES);
  for (const name of ["ca.key", "broker.key"]) expect(statSync(file(name)).mode & 0o777, name).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a service keeps its certificate over restarts, until 30 days before its end or until a name is new", async () => {
  await (await open()).service("broker", NAMES);
  const first = text("broker.pem");
  const certificate = new X509Certificate(first);
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.checkIP("::1")).toBe("::1");
  expect(certificate.checkHost("broker.hospital.example")).toBe("broker.hospital.example");

  nowMs += 366 * DAY_MS;
  await (await open()).service("broker", NAMES);
  expect(text("broker.pem")).toBe(first);
  nowMs += 2 * DAY_MS;
  await (await open()).service("broker", NAMES);
  const second = text("broker.pem");
  expect(new X509Certificate(second).validToDate.getTime()).toBeGreaterThan(certificate.validToDate.getTime());
  await (await open()).service("broker", [...NAMES, "10.1.2.3"]);
  expect(new X509Certificate(text("broker.pem")).checkIP("10.1.2.3")).toBe("10.1.2.3");
  // Made while the clock was ahead: not valid yet.
  nowMs -= 100 * DAY_MS;
  await (await open()).service("broker", NAMES);
  expect(new X509Certificate(text("broker.pem")).validFromDate.getTime()).toBeLessThan(nowMs);
});

test("a service certificate that is half written, or not of its key, is made anew", async () => {
  const authority = await open();
  for (const spoil of [
    () => writeFileSync(file("broker.pem"), "-----BEGIN CERT"),
    () => writeFileSync(file("broker.key"), ""),
    () => writeFileSync(file("broker.key"), text("cloud-ingest.key")),
  ]) {
    await authority.service("cloud-ingest", []);
    await authority.service("broker", NAMES);
    spoil();
    await authority.service("broker", NAMES);
    const key = createPrivateKey(text("broker.key"));
    expect(new X509Certificate(text("broker.pem")).checkPrivateKey(key)).toBe(true);
  }
});

test("the authority stays the same, and half of it is never replaced by a new one", async () => {
  const { caPem } = await open();
  expect((await open()).caPem).toBe(caPem);
  const key = text("ca.key");
  for (const spoil of [() => rmSync(file("ca.key")), () => writeFileSync(file("ca.key"), key.slice(0, 60))]) {
    spoil();
    await expect(open()).rejects.toThrow(ConfigError);
    expect(text("ca.pem").trim()).toBe(caPem.trim());
  }
  // A first start that was broken off has left a key alone.
  rmSync(file("ca.pem"));
  expect((await open()).caPem).not.toBe(caPem);
});

test("a folder that cannot be made is told in one sentence", async () => {
  writeFileSync(folder, "a file");
  await expect(open()).rejects.toThrow(ConfigError);
});
