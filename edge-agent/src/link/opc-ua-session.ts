import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  type ClientSessionPublishService,
  type ClientSessionRawSubscriptionService,
  coerceNodeId,
  DataChangeNotification,
  type DataValue,
  LocalizedText,
  MessageSecurityMode,
  MonitoringMode,
  NodeId,
  ObjectIds,
  OPCUAClient,
  PublishRequest,
  type PublishResponse,
  ReferenceTypeIds,
  SecurityPolicy,
  StatusChangeNotification,
  TimestampsToReturn,
  UserTokenType,
} from "node-opcua-client";
import { LinkError } from "./link-error.ts";
import { OPEN_TIMEOUT_MS } from "./opc-ua-limits.ts";
import type { Granted, Notification } from "./opc-ua-notification.ts";
import { rsaCertificate } from "./rsa-certificate.ts";
import { within } from "./within.ts";

const CLOSE_TIMEOUT_MS = 1_000;
const SESSION_TIMEOUT_MS = 60_000;
/**
 * The library breaks a connection on which nothing comes for so long, be there anything to say or not: longer than the
 * session's own signs of life are apart.
 */
const IDLE_TIMEOUT_MS = 60_000;
/** A folder of the server that is told in more pages than this has no end. */
const PAGES_MAX = 100;
/** Asks a reference for its BrowseName alone (OPC 10000-4, 5.9.2.2). */
const BROWSE_NAME_ONLY = 8;
/** So many intervals a request for a notification may wait: far longer than anybody's silence is borne. */
const PUBLISH_INTERVALS_MAX = 1_000;
/** After so many intervals in which nobody asks for notifications a server ends the subscription by itself. */
const LIFETIME_INTERVALS = 60;
/** The two leading bits of a status code: 0 good, 1 uncertain, otherwise bad (OPC 10000-4, 7.39.1). */
const SEVERITY_SHIFT = 30;

/** Each line opens anew by itself; a client that retries behind its back would hold the line's time. */
const ONE_TRY = { maxRetry: 0, initialDelay: 100, maxDelay: 100 };

/** The address of a node in one session, and in no other: a server that starts anew may give it to another node. */
export type NodeRef = NodeId;

/** One node below another, by the name under which it is browsed. */
export interface Child {
  namespaceIndex: number;
  name: string;
  node: NodeRef;
}

export interface OpcUaServer {
  endpointUrl: string;
  user: { userName: string; password: string };
  /** The server's certificate, DER; null trusts whichever certificate the server shows. */
  serverCertificate: Uint8Array | null;
  /** A folder of this line's own for keys and certificates. */
  pkiDir: string;
}

/** All that may be asked of a server. The library has the last four, and the type of its session does not list them. */
type Services = Pick<ClientSession, "browse" | "browseNext" | "read" | "once"> &
  Pick<ClientSessionRawSubscriptionService, "createSubscription" | "deleteSubscriptions" | "createMonitoredItems"> &
  Pick<ClientSessionPublishService, "publish">;
const isServices = (session: ClientSession): session is ClientSession & Services =>
  ["createSubscription", "deleteSubscriptions", "createMonitoredItems", "publish"].every((name) => name in session);

/**
 * A session with an OPC UA server, always signed and encrypted with Basic256Sha256, and the closed list of what may be asked
 * in it: browse, read and the services of a subscription. This file alone sees the library; what it could do beyond that has
 * no name here.
 */
export class OpcUaSession {
  readonly #client: OPCUAClient;
  readonly #services: Services;
  readonly #namespaces: readonly string[];

  private constructor(client: OPCUAClient, services: Services, namespaces: readonly string[]) {
    this.#client = client;
    this.#services = services;
    this.#namespaces = namespaces;
  }

  /**
   * @param timeoutMs for everything from the first byte to a session that can be asked
   * @throws LinkError, or what the library threw
   */
  static async open(server: OpcUaServer, pki: OPCUACertificateManager, timeoutMs: number): Promise<OpcUaSession> {
    const clients: OPCUAClient[] = [];
    const opening = async () => {
      const [client, session] = await openSession(server, pki, clients);
      if (!isServices(session)) throw new Error("the OPC UA library has lost its services");
      return new OpcUaSession(client, session, await session.readNamespaceArray());
    };
    try {
      return await within(opening(), timeoutMs, "no session in time");
    } catch (error) {
      for (const client of clients) void disconnect(client);
      throw error;
    }
  }

  /**
   * Tells once that this is no longer the session that was opened. The library mends some sessions behind our back: what it
   * brings then is another session, and the addresses of this one mean nothing there.
   */
  onEnd(ended: () => void): void {
    for (const event of ["session_closed", "session_repaired", "session_restored"]) this.#services.once(event, ended);
    for (const event of ["close", "connection_lost"] as const) this.#client.once(event, ended);
  }

  /** @throws LinkError when the server does not know the namespace */
  namespaceIndex(uri: string): number {
    const index = this.#namespaces.indexOf(uri);
    if (index < 0) throw new LinkError("link.protocol", `the server has no namespace ${uri}`);
    return index;
  }

  /** Everything below a node, each once. */
  async children(parent: NodeRef): Promise<Child[]> {
    const found = new Map<string, Child>();
    let page = await this.#services.browse({
      nodeId: parent,
      browseDirection: BrowseDirection.Forward,
      referenceTypeId: coerceNodeId(ReferenceTypeIds.HierarchicalReferences),
      includeSubtypes: true,
      nodeClassMask: 0,
      resultMask: BROWSE_NAME_ONLY,
    });
    for (let pages = 1; ; pages++) {
      if (page.statusCode.isNotGood()) throw new LinkError("link.exception", `a browse: ${page.statusCode.name}`);
      for (const { nodeId, browseName } of page.references ?? []) {
        const { namespaceIndex, name } = browseName;
        const { identifierType, value, namespaceUri, serverIndex } = nodeId;
        const space = namespaceUri ? this.#namespaces.indexOf(namespaceUri) : nodeId.namespace;
        // A node on another server is not ours to read.
        if (serverIndex !== 0 || space < 0 || name === null) continue;
        const node = new NodeId(identifierType, value, space);
        found.set(node.toString(), { namespaceIndex, name, node });
      }
      const more = page.continuationPoint;
      if (more === null || more === undefined || more.length === 0) return [...found.values()];
      if (pages === PAGES_MAX) throw new LinkError("link.protocol", "a folder of the server has no end");
      page = await this.#services.browseNext(more, false);
    }
  }

  async read(nodes: readonly NodeRef[]): Promise<OpcUaValue[]> {
    const values = await this.#services.read(nodes.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })));
    return nodes.map((_, index) => plain(values[index]));
  }

  /** Asks for a subscription that says in every interval that it lives; null where the server has none to give. */
  async subscribe(publishingMs: number): Promise<Granted | null> {
    try {
      const granted = await this.#services.createSubscription({
        requestedPublishingInterval: publishingMs,
        requestedMaxKeepAliveCount: 1,
        requestedLifetimeCount: LIFETIME_INTERVALS,
        maxNotificationsPerPublish: 0,
        publishingEnabled: true,
        priority: 0,
      });
      const { subscriptionId, revisedPublishingInterval, revisedMaxKeepAliveCount } = granted;
      // A server that promises to be faster than it was asked for is not held to it.
      const grantedMs = Math.max(publishingMs, revisedPublishingInterval);
      return { subscriptionId, publishingMs: grantedMs, keepAliveCount: revisedMaxKeepAliveCount };
    } catch (error) {
      if (error instanceof Error && NO_SUBSCRIPTION.test(error.message)) return null;
      throw error;
    }
  }

  async unsubscribe({ subscriptionId }: Granted): Promise<void> {
    await this.#services.deleteSubscriptions({ subscriptionIds: [subscriptionId] });
  }

  /**
   * Watches variables: only the newest value of each is kept for the next notification. What the clocks of the server and
   * its devices say of a value is not asked for.
   *
   * @returns the handles of those that the server does watch
   */
  async watch(
    { subscriptionId }: Granted,
    items: readonly { handle: number; node: NodeRef }[],
    samplingMs: number,
  ): Promise<number[]> {
    const { results } = await this.#services.createMonitoredItems({
      subscriptionId,
      timestampsToReturn: TimestampsToReturn.Neither,
      itemsToCreate: items.map(({ handle, node }) => ({
        itemToMonitor: { nodeId: node, attributeId: AttributeIds.Value },
        monitoringMode: MonitoringMode.Reporting,
        requestedParameters: { clientHandle: handle, samplingInterval: samplingMs, queueSize: 1, discardOldest: true },
      })),
    });
    return items.flatMap(({ handle }, index) => (results?.[index]?.statusCode.isGood() === true ? [handle] : []));
  }

  /** Waits for the next notification and says which ones have arrived. */
  async nextNotification({ subscriptionId, publishingMs }: Granted, arrived: readonly number[]): Promise<Notification> {
    const request = new PublishRequest({
      requestHeader: { timeoutHint: Math.ceil(PUBLISH_INTERVALS_MAX * publishingMs) },
      subscriptionAcknowledgements: arrived.map((sequenceNumber) => ({ subscriptionId, sequenceNumber })),
    });
    const { promise, resolve, reject } = Promise.withResolvers<PublishResponse>();
    this.#services.publish(request, (error, response) => {
      if (error !== null) reject(error);
      else if (response !== undefined) resolve(response);
    });
    return notificationOf(await promise);
  }

  async close(): Promise<void> {
    await disconnect(this.#client);
  }
}

/** A server that knows no subscriptions, or has no more of them, can still be read. */
const NO_SUBSCRIPTION = /Bad(ServiceUnsupported|NotImplemented|NotSupported|TooManySubscriptions)/;

export const OBJECTS_FOLDER: NodeRef = coerceNodeId(ObjectIds.ObjectsFolder);
export const stringNode = (namespaceIndex: number, id: string): NodeRef => coerceNodeId(`ns=${namespaceIndex};s=${id}`);

/** @param clients takes every client as it is made, so that the caller can end them whatever happens */
async function openSession(
  { endpointUrl, user, serverCertificate: pinned }: OpcUaServer,
  clientCertificateManager: OPCUACertificateManager,
  clients: OPCUAClient[],
): Promise<[OPCUAClient, ClientSession]> {
  const options = {
    applicationName: "Wardtwin edge agent",
    clientCertificateManager,
    endpointMustExist: false,
    connectionStrategy: ONE_TRY,
    transportTimeout: IDLE_TIMEOUT_MS,
    defaultTransactionTimeout: OPEN_TIMEOUT_MS,
  };
  const shown = async () => rsaCertificate(await shownCertificate(endpointUrl, options, clients));
  const serverCertificate = pinned === null ? await shown() : rsaCertificate(pinned);
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
  try {
    await client.connect(endpointUrl);
  } catch (error) {
    // A server that is not the pinned one cannot read our first message; some hang up without a word about it.
    const other = pinned === null ? null : await shown().catch(() => null);
    if (other === null || other.equals(serverCertificate)) throw error;
    throw new LinkError("link.certificate", "the server shows another certificate than the pinned one", {
      cause: error,
    });
  }
  return [client, await client.createSession({ type: UserTokenType.UserName, ...user })];
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
export async function openPki({ pkiDir, serverCertificate: pinned }: OpcUaServer): Promise<OPCUACertificateManager> {
  const pki = new OPCUACertificateManager({
    rootFolder: pkiDir,
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

function notificationOf({ subscriptionId, notificationMessage }: PublishResponse): Notification {
  const { sequenceNumber, notificationData } = notificationMessage;
  const parts = notificationData ?? [];
  const ends = parts.flatMap((part) => (part instanceof StatusChangeNotification ? [part.status] : []));
  return {
    subscriptionId,
    sequenceNumber,
    isKeepAlive: parts.length === 0,
    changes: parts
      .flatMap((part) => (part instanceof DataChangeNotification ? (part.monitoredItems ?? []) : []))
      .map(({ clientHandle, value }) => ({ handle: clientHandle, value: plain(value) })),
    ended: ends[0]?.name ?? null,
  };
}

function plain(value: DataValue | undefined): OpcUaValue {
  if (value === undefined) return { status: "bad", value: null };
  const severity = value.statusCode.value >>> SEVERITY_SHIFT;
  const status = severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad";
  const raw: unknown = value.value?.value;
  const told = raw instanceof LocalizedText ? raw.text : raw;
  // Only what can cross from one thread to another, and no profile maps anything else.
  const known = ["number", "string", "boolean"].includes(typeof told) || told instanceof Date;
  return { status, value: known ? told : null };
}
