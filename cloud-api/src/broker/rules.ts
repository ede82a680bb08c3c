import { DOWNLINK_CHANNELS, parseTopic, UPLINK_CHANNELS } from "@wardtwin/device-profiles/twin-document/topics";
import { parseRequest, parseResponse, REQUEST_FILTERS, thingOfFilter } from "../shadow/topics.ts";

/** Who is on the other end of an MQTT connection, as the subject of its certificate says. */
export interface Peer {
  holder: "cloud" | "gateway" | "simulated-gateway";
  id: string;
  site: string;
  /** Its certificate's own number, as the registry writes it: hexadecimal in small letters. */
  certificate: string;
}

interface CertificateSubject {
  CN?: string | string[] | undefined;
  O?: string | string[] | undefined;
  OU?: string | string[] | undefined;
}

/** Reads a peer off a verified certificate; null where its subject is none that our authority writes. */
export function peerOf(certificate: { subject?: CertificateSubject; serialNumber?: string }): Peer | null {
  const { CN: id, O: site, OU: holder } = certificate.subject ?? {};
  if (typeof id !== "string" || typeof site !== "string") return null;
  if (holder !== "cloud" && holder !== "gateway" && holder !== "simulated-gateway") return null;
  return { holder, id, site, certificate: (certificate.serialNumber ?? "").toLowerCase() };
}

/**
 * A client id that is taken over ends the session that had it, so each gateway has ids of its own: `{site}:{gateway}`, and
 * whatever follows after another colon.
 */
export function mayConnectAs(peer: Peer, clientId: string): boolean {
  if (peer.holder === "cloud") return clientId.startsWith("wardtwin-cloud-");
  const own = `${peer.site}:${peer.id}`;
  return clientId === own || clientId.startsWith(`${own}:`);
}

/**
 * Delivery and retention within the bounds that every broker of ours keeps, AWS IoT's among them: no QoS 2, and nothing
 * retained but presence. A retained Hello would tell yesterday's clock.
 */
export const isWithinBounds = ({ qos, retain, topic }: { qos: number; retain: boolean; topic: string }): boolean =>
  qos <= 1 && (!retain || parseTopic(topic)?.channel === "presence");

/**
 * A gateway speaks on its own uplink topics, and of the shadows of its things (`thingOf`); the cloud answers on any gateway's
 * downlink, and for any shadow.
 */
export function mayPublish(peer: Peer, topic: string): boolean {
  if (peer.holder === "cloud" && parseResponse(topic) !== null) return true;
  const parsed = parseTopic(topic);
  if (parsed === null) return false;
  if (peer.holder === "cloud") return DOWNLINK_CHANNELS.some((channel) => channel === parsed.channel);
  return isOwn(peer, parsed) && UPLINK_CHANNELS.some((channel) => channel === parsed.channel);
}

/**
 * A gateway hears its own downlink topics, without wildcards, and the shadows of its things (`thingOf`); the cloud hears every
 * uplink, and every request for a shadow.
 */
export function maySubscribe(peer: Peer, filter: string): boolean {
  if (peer.holder === "cloud" && REQUEST_FILTERS.includes(filter)) return true;
  if (peer.holder === "cloud") return UPLINK_CHANNELS.some((channel) => filter.endsWith(`wardtwin/v1/+/+/${channel}`));
  const parsed = parseTopic(filter);
  return parsed !== null && isOwn(peer, parsed) && DOWNLINK_CHANNELS.some((channel) => channel === parsed.channel);
}

/**
 * The thing whose shadows a gateway asks about or listens to. It may where the thing is the gateway itself or a device that is
 * bound to it, which the registry knows. Null where it is about no shadow, and for an answer: those are the service's alone.
 */
export function thingOf(peer: Peer, does: { publish: string } | { subscribe: string }): string | null {
  if (peer.holder === "cloud") return null;
  return "publish" in does ? (parseRequest(does.publish)?.thing ?? null) : thingOfFilter(does.subscribe);
}

const isOwn = (peer: Peer, topic: { site: string; gateway: string }) =>
  topic.gateway === peer.id && topic.site === peer.site;
