import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
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
import { ReconnectGate } from "./reconnect-gate.ts";
import { rsaCertificate } from "./rsa-certificate.ts";
import { within } from "./within.ts";

const OPEN_TIMEOUT_MS = 4_000;
const CLOSE_TIMEOUT_MS = 1_000;
const SESSION_TIMEOUT_MS = 60_000;
const SILENCES_MAX = 2;
/** One read asks for at most so many variables. */
const NODES_PER_READ_MAX = 500;
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

/**
 * An OPC UA session, always signed and encrypted with Basic256Sha256, that reads values. Writing and calling exist in the
 * library behind it and have no name here.
 */
export class OpcUaLink {
  readonly #settings: OpcUaSettings;
  readonly #gate: ReconnectGate<LinkError>;
  #pki: OPCUACertificateManager | null = null;
  #connection: Connection | null = null;
  #silences = 0;

  constructor(settings: OpcUaSettings, monoMs: () => number) {
    this.#settings = settings;
    this.#gate = new ReconnectGate(monoMs);
  }

  /**
   * Reads the values of variables by the string part of their NodeIds.
   * @throws LinkError; one request at a time is the caller's duty
   */
  async read(nodes: readonly string[], timeoutMs: number): Promise<Map<string, OpcUaValue>> {
    if (nodes.length > NODES_PER_READ_MAX) throw new RangeError(`${nodes.length} variables in one read`);
    const { session, namespaceIndex } = await this.#ready();
    const request = nodes.map((node) => ({
      nodeId: `ns=${namespaceIndex};s=${node}`,
      attributeId: AttributeIds.Value,
    }));
    try {
      const values = await within(session.read(request), timeoutMs, "no answer to a read in time");
      this.#silences = 0;
      return new Map(nodes.map((node, index) => [node, plain(values[index])]));
    } catch (error) {
      const fault = opcUaFault(error);
      if (fault.code !== "link.timeout" || ++this.#silences >= SILENCES_MAX) await this.#drop();
      throw fault;
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
    this.#silences = 0;
    if (connection !== null) await disconnect(connection.client);
  }

  async #ready(): Promise<Connection> {
    if (this.#connection !== null) return this.#connection;
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    try {
      const connection = await this.#open();
      connection.session.on("session_closed", () => this.#forget(connection));
      connection.client.on("close", () => this.#forget(connection));
      this.#connection = connection;
      this.#gate.opened();
      return connection;
    } catch (error) {
      const fault = opcUaFault(error);
      this.#gate.failed(fault);
      throw fault;
    }
  }

  #forget(connection: Connection): void {
    if (this.#connection === connection) void this.#drop();
  }

  async #open(): Promise<Connection> {
    const { endpointUrl, namespaceUri, user, serverCertificate: pinned } = this.#settings;
    this.#pki ??= await openPki(this.#settings.pkiDir, pinned);
    const shown = pinned ?? (await shownCertificate(endpointUrl, this.#pki));
    const serverCertificate = rsaCertificate(shown);
    if (serverCertificate === null) throw new LinkError("link.certificate", "the server's certificate has no RSA key");
    const client = OPCUAClient.create({
      applicationName: "Wardtwin edge agent",
      clientCertificateManager: this.#pki,
      securityMode: MessageSecurityMode.SignAndEncrypt,
      securityPolicy: SecurityPolicy.Basic256Sha256,
      endpointMustExist: false,
      connectionStrategy: ONE_TRY,
      transportTimeout: OPEN_TIMEOUT_MS,
      defaultTransactionTimeout: OPEN_TIMEOUT_MS,
      requestedSessionTimeout: SESSION_TIMEOUT_MS,
      keepSessionAlive: true,
      serverCertificate,
    });
    try {
      const opening = (async () => {
        await client.connect(endpointUrl);
        const session = await client.createSession({ type: UserTokenType.UserName, ...user });
        const namespaceIndex = (await session.readNamespaceArray()).indexOf(namespaceUri);
        if (namespaceIndex < 0) throw new LinkError("link.protocol", `the server has no namespace ${namespaceUri}`);
        return { client, session, namespaceIndex };
      })();
      return await within(opening, OPEN_TIMEOUT_MS, "no session in time");
    } catch (error) {
      await disconnect(client);
      throw error;
    }
  }
}

/** Asks the server, unencrypted, which certificate belongs to its signed and encrypted endpoint. */
async function shownCertificate(endpointUrl: string, pki: OPCUACertificateManager): Promise<Uint8Array> {
  const client = OPCUAClient.create({
    clientCertificateManager: pki,
    endpointMustExist: false,
    connectionStrategy: ONE_TRY,
    transportTimeout: OPEN_TIMEOUT_MS,
    defaultTransactionTimeout: OPEN_TIMEOUT_MS,
  });
  try {
    const asking = client.connect(endpointUrl).then(() => client.getEndpoints());
    const endpoints = await within(asking, OPEN_TIMEOUT_MS, "no list of endpoints in time");
    const safe = endpoints.find(
      ({ securityMode, securityPolicyUri }) =>
        securityMode === MessageSecurityMode.SignAndEncrypt && securityPolicyUri === SecurityPolicy.Basic256Sha256,
    );
    if (safe === undefined) throw new LinkError("link.protocol", "the server has no signed and encrypted endpoint");
    return safe.serverCertificate;
  } finally {
    await disconnect(client);
  }
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
  return { status: severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad", value: value.value?.value ?? null };
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
function opcUaFault(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = BY_WORDS.find(([words]) => words.test(text))?.[1] ?? "link.closed";
  return new LinkError(code, text, { cause: error });
}
