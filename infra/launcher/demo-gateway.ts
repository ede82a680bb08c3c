import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import type { Line, Manifest } from "@wardtwin/simulators/hospital/manifest";
import type { ApiClient } from "./api-client.ts";
import { type DataFolder, writeSecretJson } from "./data-folder.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

interface GatewayFiles {
  keyFile: string;
  certFile: string;
  caFile: string;
}

/** Writes everything that one simulated gateway's agent needs, and returns the path of its configuration. */
export async function prepareGateway(
  folder: DataFolder,
  api: ApiClient,
  manifest: Manifest,
  gateway: string,
  mqttUrl: string,
  caFile: string,
): Promise<string> {
  const home = folder.file("gateways", gateway);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const files = await certify(api, home, gateway, caFile);
  const { hostname, port } = new URL(mqttUrl);
  const config = {
    site: manifest.site.id,
    gateway,
    simulated: true,
    dataDir: join(home, "data"),
    mqtt: { host: hostname, port: Number(port || 8883), ...files },
    lines: manifest.lines.filter((line) => line.gateway === gateway).map((line) => lineConfig(home, line, manifest)),
  };
  const configFile = join(home, "gateway.json");
  writeSecretJson(configFile, config);
  return configFile;
}

function lineConfig(home: string, line: Line, { devices }: Manifest): object {
  const [unit] = line.units;
  const device = devices.find(({ id }) => id === unit?.device);
  const common = {
    id: line.id,
    url: line.url,
    protocol: line.protocol,
    profile: device?.profile ?? "",
    units: line.units.map((one) => one.unit),
  };
  if (line.credentials === undefined) return common;
  const credentialsFile = join(home, `${line.id}.credentials.json`);
  writeSecretJson(credentialsFile, line.credentials);
  const { serverCertificateFile } = line;
  return { ...common, credentialsFile, ...(serverCertificateFile !== undefined && { serverCertificateFile }) };
}

/** A key that never leaves the gateway's folder, and a certificate signed for it at every start of the demo. */
async function certify(api: ApiClient, home: string, gateway: string, caFile: string): Promise<GatewayFiles> {
  const [keyFile, certFile] = [join(home, "gateway.key"), join(home, "gateway.pem")];
  const keys = await keysIn(keyFile);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [gateway] }],
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const issued = await api.request("POST", `/gateways/${gateway}/certificates`, { csrPem: request.toString("pem") });
  if (typeof issued !== "object" || issued === null || !("certificatePem" in issued))
    throw new Error("the cloud issued no certificate");
  writeFileSync(certFile, `${issued.certificatePem}\n`, { mode: 0o600 });
  return { keyFile, certFile, caFile };
}

async function keysIn(keyFile: string): Promise<webcrypto.CryptoKeyPair> {
  const pem = readIfThere(keyFile);
  if (pem === null) {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    writeFileSync(keyFile, `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, { mode: 0o600 });
    return keys;
  }
  const privateKey = await webcrypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(pem), ALGORITHM, true, [
    "sign",
  ]);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const jwk = { ...(kty && { kty }), ...(crv && { crv }), ...(x && { x }), ...(y && { y }) };
  return { privateKey, publicKey: await webcrypto.subtle.importKey("jwk", jwk, ALGORITHM, true, ["verify"]) };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The registry of the simulated hospital, as a real one would import its inventory. */
export function registryOf({ site, wards, gateways, lines, devices }: Manifest, standbyFreeAfterMin: number): object {
  const bindings = lines.flatMap(({ id, gateway, units }) =>
    units.map(({ unit, device }) => ({ gateway, line: id, unit, device })),
  );
  return { site: { ...site, simulated: true, policy: { standbyFreeAfterMin } }, wards, gateways, devices, bindings };
}
