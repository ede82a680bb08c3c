import { MessageSecurityMode, SecurityPolicy } from "node-opcua-secure-channel";
import { OPCUAServer } from "node-opcua-server";
import type { Clock } from "../../clock.ts";
import { HOST } from "../ports.ts";
import type { ServerCertificate } from "./certificates.ts";
import type { ServiceLog } from "./service-log.ts";

/** What every simulated OPC UA server needs, whatever it shows. */
export interface SecureServerOptions {
  clock: Clock;
  port: number;
  certificate: ServerCertificate;
  credentials: { username: string; password: string };
  /** Hears of every request, before it is answered. */
  services: ServiceLog;
}

const SESSIONS_MAX = 16;
const CONNECTIONS_MAX = 32;

/**
 * An OPC UA server, not yet initialised: one endpoint, signed and encrypted, by user and password.
 * @param product the name and URI that it gives itself; @param nodesets files of the node sets that it shows.
 */
export function createSecureServer(
  { clock, port, certificate, credentials, services }: SecureServerOptions,
  product: { name: string; uri: string },
  nodesets: string[],
): OPCUAServer {
  const { manager, userManager, applicationUri, certificateFile } = certificate;
  const server = new OPCUAServer({
    port,
    host: HOST,
    hostname: HOST,
    nodesets,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: false,
    isAuditing: false,
    maxConnectionsPerEndpoint: CONNECTIONS_MAX,
    serverCapabilities: { maxSessions: SESSIONS_MAX },
    serverCertificateManager: manager,
    userCertificateManager: userManager,
    certificateFile,
    privateKeyFile: manager.privateKey,
    serverInfo: { applicationUri, productUri: product.uri, applicationName: { text: product.name } },
    buildInfo: { productName: product.name, softwareVersion: "1.0.0" },
    userManager: {
      isValidUser: (username: string, password: string) =>
        username === credentials.username && password === credentials.password,
    },
  });
  server.on("request", (request) => services.record(clock.nowMs(), request));
  return server;
}
