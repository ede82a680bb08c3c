import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { createServer, TLSSocket, type TlsOptions } from "node:tls";
import { BATCH_LIMITS } from "@wardtwin/device-profiles/twin-document/batch";
import { Aedes, type Client } from "aedes";
import { ConfigError } from "../platform/config-error.ts";
import type { Log } from "../platform/log.ts";
import { PacketLimit } from "./packet-limit.ts";
import { isWithinBounds, mayConnectAs, mayPublish, maySubscribe, type Peer, peerOf, thingOf } from "./rules.ts";

export interface EmbeddedBroker {
  port: number;
  /**
   * Looks again whether the registry bears these gateways out, and cuts the live session of any that it does not; and ends
   * what they hear of things that are no longer theirs.
   */
  recheck(gateways: readonly string[] | "all"): void;
  close(): Promise<void>;
}

interface Settings {
  host: string;
  port: number;
  caFile: string;
  certFile: string;
  keyFile: string;
  /**
   * Whether the registry bears a peer out as its certificate describes it, and has not revoked that certificate.
   * @param isNew where it has just come, and is not looked at again
   */
  admits(peer: Peer, isNew: boolean): Promise<boolean>;
  /** Whether the registry says that a thing is a peer's own (`isOwnThing` of rules.ts). */
  owns(peer: Peer, thing: string): Promise<boolean>;
  log: Log;
}

/** A batch is at most so long; a little room for its topic. */
const PACKET_BYTES_MAX = BATCH_LIMITS.messageBytes + 512;
const CONNECTIONS_MAX = 4_096;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How often every session is looked at again: the registry may have been changed by another process. */
const RECHECK_EVERY_MS = 2_000;

/**
 * The broker of the default set-up: MQTT 3.1.1 over mutual TLS, nothing else. Who speaks is read off the certificate, and
 * may use its own topics alone (rules.ts).
 */
export async function startEmbeddedBroker({
  host,
  port,
  caFile,
  certFile,
  keyFile,
  admits,
  owns,
  log,
}: Settings): Promise<EmbeddedBroker> {
  const sessions: Sessions = new Map();
  const broker = await openBroker(sessions, admits, owns, log);
  const server = createServer(await tlsOptions(caFile, certFile, keyFile), (socket) => {
    // Nagle and delayed acknowledgement together cost 44 ms a round trip.
    socket.setNoDelay(true);
    limitPackets(socket, log);
    broker.handle(socket);
  });
  server.maxConnections = CONNECTIONS_MAX;
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("tlsClientError", (error) => log.info({ why: error.message }, "mqtt connection refused"));
  await listen(server, host, port);
  const address = server.address();
  const recheck = (concerns: (peer: Peer) => boolean) => {
    cutOff(sessions, concerns, { admits, log });
    endForeign(sessions, concerns, { owns, log });
  };
  const timer = setInterval(() => recheck(() => true), RECHECK_EVERY_MS);
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    recheck: (gateways) => recheck(({ id }) => gateways === "all" || gateways.includes(id)),
    close: async () => {
      clearInterval(timer);
      await new Promise<void>((resolve) => broker.close(resolve));
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** aedes gathers a packet of any length in memory; what it reads from a socket is looked at first. */
function limitPackets(socket: TLSSocket, log: Log): void {
  const limit = new PacketLimit(PACKET_BYTES_MAX);
  const read = socket.read.bind(socket);
  socket.read = (size) => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Uint8Array) || limit.admits(chunk)) return chunk;
    log.warn({ peer: socket.getPeerCertificate().subject?.CN }, "a packet above 128 KB: connection closed");
    socket.destroy();
    return null;
  };
}

type Sessions = Map<Client, Peer>;

/** Ends the sessions whose certificate the registry no longer bears out. A registry out of reach ends none. */
function cutOff(
  sessions: Sessions,
  concerns: (peer: Peer) => boolean,
  { admits, log }: Pick<Settings, "admits" | "log">,
): void {
  for (const [client, peer] of sessions) {
    if (!concerns(peer)) continue;
    admits(peer, false).then(
      (admitted) => {
        if (admitted || !sessions.has(client)) return;
        log.warn({ peer: peer.id, certificate: peer.certificate }, "a session was cut off: its certificate is revoked");
        client.close();
      },
      (error: unknown) => log.debug({ err: error }, "a session could not be looked at again"),
    );
  }
}

/** Ends subscriptions to the shadows and jobs of devices that have gone to another gateway since. A registry out of reach ends none. */
function endForeign(
  sessions: Sessions,
  concerns: (peer: Peer) => boolean,
  { owns, log }: Pick<Settings, "owns" | "log">,
): void {
  for (const [client, peer] of sessions) {
    if (!concerns(peer)) continue;
    for (const filter of filtersOf(client)) {
      const thing = thingOf(peer, { subscribe: filter });
      if (thing === null || thing === peer.id) continue;
      owns(peer, thing).then(
        (owned) => {
          if (owned) return;
          log.info({ peer: peer.id, thing }, "a gateway hears no more of a device that is not its own");
          client.unsubscribe({ cmd: "unsubscribe", unsubscriptions: [filter] }, () => undefined);
        },
        (error: unknown) => log.debug({ err: error }, "a subscription could not be looked at again"),
      );
    }
  }
}

/** What a client listens to, which aedes keeps and does not type: those of a session that was taken up again, too. */
const filtersOf = (client: Client): string[] =>
  "subscriptions" in client && typeof client.subscriptions === "object" && client.subscriptions !== null
    ? Object.keys(client.subscriptions)
    : [];

/** An MQTT broker that knows each client by its certificate, and holds it to its own topics. */
async function openBroker(
  sessions: Sessions,
  admits: Settings["admits"],
  owns: Settings["owns"],
  log: Log,
): Promise<Aedes> {
  const peers = new WeakMap<Client, Peer>();
  const broker = await Aedes.createBroker({ connectTimeout: HANDSHAKE_TIMEOUT_MS, maxClientsIdLength: 128 });
  broker.preConnect = (client, { clientId }, done) => {
    const peer = client.conn instanceof TLSSocket ? peerOf(client.conn.getPeerCertificate()) : null;
    // A refusal without an error leaves the connection open, for as long as the refused one likes.
    const refused = new Error("nobody of the registry");
    if (peer === null || !mayConnectAs(peer, clientId)) {
      log.warn({ peer: peer?.id, clientId }, "a client was refused");
      return done(refused, false);
    }
    admits(peer, true).then(
      (admitted) => {
        if (admitted) peers.set(client, peer);
        else log.warn({ peer: peer.id, site: peer.site, holder: peer.holder }, "a peer was refused");
        done(admitted ? null : refused, admitted);
      },
      (error: Error) => done(error, false),
    );
  };
  authorize(broker, { peers, owns, log });
  broker.on("clientReady", (client) => {
    const peer = peers.get(client);
    if (peer !== undefined) sessions.set(client, peer);
    log.info({ peer: peer?.id }, "mqtt session opened");
  });
  broker.on("clientDisconnect", (client) => {
    log.info({ peer: sessions.get(client)?.id }, "mqtt session closed");
    sessions.delete(client);
  });
  broker.on("clientError", (client, error) =>
    log.info({ peer: sessions.get(client)?.id, why: error.message }, "mqtt session failed"),
  );
  return broker;
}

/** Holds each client to its own topics, and to the shadows and jobs of its own things. */
function authorize(
  broker: Aedes,
  { peers, owns, log }: { peers: WeakMap<Client, Peer> } & Pick<Settings, "owns" | "log">,
): void {
  broker.authorizePublish = (client, packet, done) => {
    // The broker's own messages ($SYS) have no client, and go nowhere that a gateway may listen.
    if (client === null) return done(null);
    const peer = peers.get(client);
    const decide = (allowed: boolean) => {
      if (!allowed) log.warn({ peer: peer?.id, topic: packet.topic }, "publish refused");
      done(allowed ? null : new Error("not permitted on this topic"));
    };
    if (peer === undefined || !isWithinBounds(packet)) return decide(false);
    const thing = thingOf(peer, { publish: packet.topic });
    if (thing === null) return decide(mayPublish(peer, packet.topic));
    owns(peer, thing).then(decide, (error: Error) => done(error));
  };
  broker.authorizeSubscribe = (client, subscription, done) => {
    const peer = peers.get(client);
    const decide = (allowed: boolean) => {
      if (!allowed) log.warn({ peer: peer?.id, topic: subscription.topic }, "subscribe refused");
      done(null, allowed ? subscription : null);
    };
    if (peer === undefined) return decide(false);
    const thing = thingOf(peer, { subscribe: subscription.topic });
    if (thing === null) return decide(maySubscribe(peer, subscription.topic));
    owns(peer, thing).then(decide, (error: Error) => done(error));
  };
}

async function tlsOptions(caFile: string, certFile: string, keyFile: string): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map((file) => readFile(file, "utf8")));
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const why = taken
        ? `port ${port} on ${host} is already in use`
        : `port ${port} on ${host} cannot be opened (${error.code})`;
      reject(new ConfigError(`The MQTT broker cannot start: ${why}; set MQTT_PORT to a free port.`, { cause: error }));
    });
    server.listen(port, host, () => resolve());
  });
}
