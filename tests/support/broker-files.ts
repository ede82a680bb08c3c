import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import type { MosquittoFiles } from "./debian-programs.ts";

/** A broker of the hospital's own, certified by the house's authority: what an operator does before the first start. */
export async function brokerFiles(dataDir: string, folder: string): Promise<MosquittoFiles> {
  mkdirSync(folder, { recursive: true });
  const authority = await openCertificateAuthority(join(dataDir, "pki"), systemClock, systemRandom);
  const { certFile, keyFile } = await authority.service("broker", ["localhost", "127.0.0.1"]);
  const files = { certFile: join(folder, "broker.pem"), keyFile: join(folder, "broker.key") };
  cpSync(certFile, files.certFile);
  cpSync(keyFile, files.keyFile);
  return { caFile: authority.caFile, ...files };
}
