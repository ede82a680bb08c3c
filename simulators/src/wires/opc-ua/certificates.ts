import { createHash } from "node:crypto";
import { access, mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { HOST } from "../ports.ts";

export interface ServerCertificate {
  /** Of the applications that may open a channel: any. */
  manager: OPCUACertificateManager;
  /** Of the users that may sign in by certificate: none, for a server knows a user name and password alone. */
  userManager: OPCUACertificateManager;
  applicationUri: string;
  certificateFile: string;
}

const VALID_DAYS = 3650;
/** A client whose clock is a little behind should not find the certificate to be of tomorrow. */
const MADE_BEFORE_MS = 24 * 3_600_000;

/**
 * The key and self-signed certificate of the server of one line, made in this process on first use and kept in `folder`.
 * Any client certificate is taken: a server tells its clients apart by user and password.
 */
export async function serverCertificate(folder: string, lineId: string, nowMs: number): Promise<ServerCertificate> {
  await mkdir(folder, { recursive: true });
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  const userManager = new OPCUACertificateManager({ rootFolder: join(folder, "users"), disableFileWatchers: true });
  await Promise.all([manager.initialize(), userManager.initialize()]);
  // The host stands in the URI and in the file's name, so that a data folder taken to another machine gets a new certificate.
  const host = hostname();
  const applicationUri = `urn:wardtwin:synthetic:${lineId}`;
  const hostKey = createHash("sha256").update(host).digest("hex").slice(0, 8);
  const certificateFile = join(folder, "own", "certs", `${lineId}-${hostKey}.pem`);
  const isThere = await access(certificateFile).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await manager.createSelfSignedCertificate({
      applicationUri,
      subject: `/CN=${lineId}/O=Wardtwin Synthetic`,
      dns: [...new Set(["localhost", host])],
      ip: [HOST],
      startDate: new Date(nowMs - MADE_BEFORE_MS),
      validity: VALID_DAYS,
      outputFile: certificateFile,
    });
  }
  return { manager, userManager, applicationUri, certificateFile };
}
