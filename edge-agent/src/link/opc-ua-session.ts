import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  AttributeIds,
  type ClientSession,
  type DataValue,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  UserTokenType,
} from "node-opcua-client";
import { LinkError, type LinkErrorCode } from "./link-error.ts";
import { OPEN_TIMEOUT_MS } from "./opc-ua-limits.ts";
import { rsaCertificate } from "./rsa-certificate.ts";
import { within } from "./within.ts";

const CLOSE_TIMEOUT_MS = 1_000;
const SESSION_TIMEOUT_MS = 60_000;
/** The two leading bits of a status code: 0 good, 1 uncertain, otherwise bad (OPC 10000-4, 7.39.1). */
const SEVERITY_SHIFT = 30;

/** This link opens anew by itself; a client that retries behind its back would hold the line's time. */
const ONE_TRY = { maxRetry: 0, initialDelay: 100, maxDelay: 100 };

export interface OpcUaSettings {
  endpointUrl: string;
  namespaceUri: string;
  user: { userName: string; password: string };
  /** The server's certificate, DER; null trusts whichever certificate the server shows. */
  serverCertificate: Uint8Array | null;
  /** A folder of this line's own for keys and certificates. */
  pkiDir: string;
}

interface Connection {
  client: OPCUAClient;
  session: ClientSession;
  namespaceIndex: number;
}

/** What went wrong, and whether it was in opening the session or in reading from one that stood. */
export interface SessionFault {
  code: LinkErrorCode;
  detail: string;
  during: "open" | "read";
}

/**
 * An OPC UA session, always signed and encrypted with Basic256Sha256, that reads values. Writing and calling exist in the
 * library behind it and have no name here. It runs in a thread of its own (opc-ua-worker.ts), because the library throws
 * where nobody can catch it when a server breaks the rules.
 */
export class OpcUaSession {
  readonly #settings: OpcUaSettings;
  #pki: OPCUACertificateManager | null = null;
  #connection: Connection | null = null;

  constructor(settings: OpcUaSettings) {
    this.#settings = settings;
  }

  /** Reads the values of variables by the string part of their NodeIds; opens the session when there is none. */
  async read(nodes: readonly string[], timeoutMs: number): Promise<Result<Map<string, OpcUaValue>, SessionFault>> {
    try {
      this.#connection ??= await this.#open();
    } catch (error) {
      return fail({ ...faultOf(error), during: "open" });
    }
    const { session, namespaceIndex } = this.#connection;
    const request = nodes.map((node) => ({
      nodeId: `ns=${namespaceIndex};s=${node}`,
      attributeId: AttributeIds.Value,
    }));
    try {
      const values = await within(session.read(request), timeoutMs, "no answer to a read in time");
      return ok(new Map(nodes.map((node, index) => [node, plain(values[index])])));
    } catch (error) {
      // A session that does not answer is opened anew at once: all units of the line wait behind it.
      void this.#drop();
      return fail({ ...faultOf(error), during: "read" });
    }
  }

  async close(): Promise<void> {
    await this.#drop();
    await this.#pki?.dispose();
    this.#pki = null;
  }

  async #drop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) await disconnect(connection.client);
  }

  async #open(): Promise<Connection> {
    this.#pki ??= await openPki(this.#settings.pkiDir, this.#settings.serverCertificate);
    const clients: OPCUAClient[] = [];
    try {
      const opening = openSession(this.#settings, this.#pki, clients);
      const connection = await within(opening, OPEN_TIMEOUT_MS, "no session in time");
      const forget = () => void (this.#connection === connection && this.#drop());
      connection.session.on("session_closed", forget);
      connection.client.on("close", forget);
      return connection;
    } catch (error) {
      for (const client of clients) void disconnect(client);
      throw error;
    }
  }
}

/** @param clients takes every client as it is made, so that the caller can end them whatever happens */
async function openSession(
  { endpointUrl, namespaceUri, user, serverCertificate: pinned }: OpcUaSettings,
  clientCertificateManager: OPCUACertificateManager,
  clients: OPCUAClient[],
): Promise<Connection> {
  const options = {
    applicationName: "Wardtwin edge agent",
    clientCertificateManager,
    endpointMustExist: false,
    connectionStrategy: ONE_TRY,
    transportTimeout: OPEN_TIMEOUT_MS,
    defaultTransactionTimeout: OPEN_TIMEOUT_MS,
  };
  const serverCertificate = rsaCertificate(pinned ?? (await shownCertificate(endpointUrl, options, clients)));
  if (serverCertificate === null) throw new LinkError("link.certificate", "the server's certificate has no RSA key");
  const client = OPCUAClient.create({
    ...options,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    requestedSessionTimeout: SESSION_TIMEOUT_MS,
    keepSessionAlive: true,
    serverCertificate,
  });
  clients.push(client);
  await client.connect(endpointUrl);
  const session = await client.createSession({ type: UserTokenType.UserName, ...user });
  const namespaceIndex = (await session.readNamespaceArray()).indexOf(namespaceUri);
  if (namespaceIndex < 0) throw new LinkError("link.protocol", `the server has no namespace ${namespaceUri}`);
  return { client, session, namespaceIndex };
}

/** Asks the server, unencrypted, which certificate belongs to its signed and encrypted endpoint. */
async function shownCertificate(
  endpointUrl: string,
  options: Parameters<typeof OPCUAClient.create>[0],
  clients: OPCUAClient[],
): Promise<Uint8Array> {
  const client = OPCUAClient.create(options);
  clients.push(client);
  await client.connect(endpointUrl);
  const endpoints = await client.getEndpoints();
  await client.disconnect();
  const safe = endpoints.find(
    ({ securityMode, securityPolicyUri }) =>
      securityMode === MessageSecurityMode.SignAndEncrypt && securityPolicyUri === SecurityPolicy.Basic256Sha256,
  );
  if (safe === undefined) throw new LinkError("link.protocol", "the server has no signed and encrypted endpoint");
  return safe.serverCertificate;
}

/** Keys and certificates of one line. With a pinned certificate every other one is refused. */
async function openPki(rootFolder: string, pinned: Uint8Array | null): Promise<OPCUACertificateManager> {
  const pki = new OPCUACertificateManager({
    rootFolder,
    automaticallyAcceptUnknownCertificate: pinned === null,
    disableFileWatchers: true,
  });
  await pki.initialize();
  if (pinned !== null) await pki.trustCertificate(Buffer.from(pinned));
  return pki;
}

/** A client that is given up may never answer; it is not waited for longer than a moment. */
async function disconnect(client: OPCUAClient): Promise<void> {
  await within(client.disconnect(), CLOSE_TIMEOUT_MS, "").catch(() => {});
}

function plain(value: DataValue | undefined): OpcUaValue {
  if (value === undefined) return { status: "bad", value: null };
  const severity = value.statusCode.value >>> SEVERITY_SHIFT;
  const status = severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad";
  const told: unknown = value.value?.value;
  // Only what can cross from one thread to another, and no profile maps anything else.
  return { status, value: ["number", "string", "boolean"].includes(typeof told) ? told : null };
}

const BY_WORDS: readonly [RegExp, LinkErrorCode][] = [
  [/BadUserAccessDenied|BadIdentityToken|BadUserSignature/, "link.credentials"],
  [/BadCertificate|BadSecurityChecks|certificate/i, "link.certificate"],
  [/timed? ?out/i, "link.timeout"],
  [/ECONNREFUSED/, "link.refused"],
  [/EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/, "link.unreachable"],
  [/namespace|BadNodeId|BadDecoding|BadService/, "link.protocol"],
];

/** The library tells its faults in words; they are sorted by them. */
function faultOf(error: unknown): { code: LinkErrorCode; detail: string } {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof LinkError) return { code: error.code, detail };
  return { code: BY_WORDS.find(([words]) => words.test(detail))?.[1] ?? "link.closed", detail };
}
