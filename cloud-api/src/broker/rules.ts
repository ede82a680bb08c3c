import {
  PROVISIONING_FILTERS,
  type ProvisioningTopic,
  parseProvisioningAnswer,
  parseProvisioningRequest,
} from "@wardtwin/device-profiles/twin-document/provisioning";
import {
  DOWNLINK_CHANNELS,
  isRegistryId,
  parseTopic,
  UPLINK_CHANNELS,
} from "@wardtwin/device-profiles/twin-document/topics";
import { JOB_REQUEST_FILTERS, parseJobRequest, thingOfJobAnswer, thingOfJobFilter } from "../device-job/topics.ts";
import { parseRequest, parseResponse, REQUEST_FILTERS, thingOfFilter } from "../shadow/topics.ts";

/** Who is on the other end of an MQTT connection, as the subject of its certificate says. */
export interface Peer {
  holder: "cloud" | "gateway" | "simulated-gateway" | "claim" | "client";
  id: string;
  site: string;
  /** Its certificate's own number, as the registry writes it: hexadecimal in small letters. */
  certificate: string;
  /** What another system's client may do with the shadows of its site; absent where nothing. */
  shadows?: "read" | "write";
}

interface CertificateSubject {
  CN?: string | string[] | undefined;
  O?: string | string[] | undefined;
  OU?: string | string[] | undefined;
}

/** What the unit of a certificate's subject says of its holder. */
const HOLDERS: Readonly<Record<string, Pick<Peer, "holder" | "shadows">>> = {
  cloud: { holder: "cloud" },
  gateway: { holder: "gateway" },
  "simulated-gateway": { holder: "simulated-gateway" },
  claim: { holder: "claim" },
  client: { holder: "client" },
  "client-reads-shadows": { holder: "client", shadows: "read" },
  "client-writes-shadows": { holder: "client", shadows: "write" },
};

export const holderOfUnit = (unit: string): Pick<Peer, "holder" | "shadows"> | null =>
  Object.hasOwn(HOLDERS, unit) ? (HOLDERS[unit] ?? null) : null;

/** How a certificate's subject says it. */
export const unitOf = ({ holder, shadows }: Pick<Peer, "holder" | "shadows">): string =>
  shadows === undefined ? holder : `${holder}-${shadows}s-shadows`;

/** Reads a peer off a verified certificate; null where its subject is none that our authority writes. */
export function peerOf(certificate: { subject?: CertificateSubject; serialNumber?: string }): Peer | null {
  const { CN: id, O: site, OU: unit } = certificate.subject ?? {};
  if (typeof id !== "string" || typeof site !== "string" || typeof unit !== "string") return null;
  const holder = holderOfUnit(unit);
  if (holder === null) return null;
  return { ...holder, id, site, certificate: (certificate.serialNumber ?? "").toLowerCase() };
}

/**
 * A client id that is taken over ends the session that had it, so each gateway has ids of its own: `{site}:{gateway}`, and
 * whatever follows after another colon. Claims and clients have their own id (`claim_…`, `client_…`), which no site can have.
 */
export function mayConnectAs(peer: Peer, clientId: string): boolean {
  if (peer.holder === "cloud") return clientId.startsWith("wardtwin-cloud-");
  const own = peer.holder === "claim" || peer.holder === "client" ? peer.id : `${peer.site}:${peer.id}`;
  return clientId === own || clientId.startsWith(`${own}:`);
}

/**
 * Delivery and retention within the bounds that every broker of ours keeps, AWS IoT's among them: no QoS 2, and nothing
 * retained but presence. A retained Hello would tell yesterday's clock.
 */
export const isWithinBounds = ({ qos, retain, topic }: { qos: number; retain: boolean; topic: string }): boolean =>
  qos <= 1 && (!retain || parseTopic(topic)?.channel === "presence");

/**
 * A gateway speaks on its own uplink topics, asks for certificates, and speaks of the shadows and jobs of its things
 * (`thingOf`); a claim asks for a certificate and does nothing else; another system's client speaks of shadows alone. The cloud
 * answers on any gateway's downlink, and for any thing and claim.
 */
export function mayPublish(peer: Peer, topic: string): boolean {
  if (peer.holder === "cloud") return isAnswer(topic);
  if (peer.holder === "client") return false;
  if (isOwnProvisioning(peer, parseProvisioningRequest(topic))) return true;
  const parsed = parseTopic(topic);
  if (parsed === null || peer.holder === "claim") return false;
  return isOwn(peer, parsed) && UPLINK_CHANNELS.some((channel) => channel === parsed.channel);
}

const isAnswer = (topic: string): boolean =>
  parseResponse(topic) !== null ||
  thingOfJobAnswer(topic) !== null ||
  parseProvisioningAnswer(topic) !== null ||
  DOWNLINK_CHANNELS.some((channel) => channel === parseTopic(topic)?.channel);

/** What the cloud's roles listen to. */
const REQUESTS: readonly string[] = [...REQUEST_FILTERS, ...JOB_REQUEST_FILTERS, ...PROVISIONING_FILTERS];

/**
 * A gateway hears its own downlink topics, without wildcards, what answers it about certificates, and the shadows and jobs of its
 * things (`thingOf`); a claim the answers about certificates alone; another system's client the telemetry of its site. The cloud
 * hears every uplink and every request.
 */
export function maySubscribe(peer: Peer, filter: string): boolean {
  if (peer.holder === "cloud") {
    return (
      REQUESTS.includes(filter) || UPLINK_CHANNELS.some((channel) => filter.endsWith(`wardtwin/v1/+/+/${channel}`))
    );
  }
  if (peer.holder === "client") return isTelemetryOf(peer.site, filter);
  if (isOwnProvisioning(peer, parseProvisioningAnswer(filter))) return true;
  const parsed = parseTopic(filter);
  if (parsed === null || peer.holder === "claim") return false;
  return isOwn(peer, parsed) && DOWNLINK_CHANNELS.some((channel) => channel === parsed.channel);
}

/**
 * The thing whose shadows or jobs a peer asks about or listens to. It may where the thing is its own (`isOwnThing`), which the
 * registry knows. Null where it is about no thing, and for an answer: those are the services' alone.
 */
export function thingOf(peer: Peer, does: { publish: string } | { subscribe: string }): string | null {
  if (peer.holder === "cloud" || peer.holder === "claim") return null;
  if (peer.holder === "client") return peer.shadows === undefined ? null : thingOfClient(peer.shadows, does);
  if ("subscribe" in does) return thingOfFilter(does.subscribe) ?? thingOfJobFilter(does.subscribe);
  return parseRequest(does.publish)?.thing ?? parseJobRequest(does.publish)?.thing ?? null;
}

function thingOfClient(shadows: "read" | "write", does: { publish: string } | { subscribe: string }): string | null {
  if ("subscribe" in does) return thingOfFilter(does.subscribe);
  const request = parseRequest(does.publish);
  const may = request?.verb === "get" || (request?.verb === "update" && shadows === "write");
  return may ? (request?.thing ?? null) : null;
}

/** What the registry knows of things. */
interface Things {
  isBound(gateway: string, device: string): boolean;
  siteOf(thing: string): string | null;
}

/** Whether a thing is a peer's own: a gateway's are itself and the devices bound to it, a client's all of its site. */
export function isOwnThing(peer: Peer, thing: string, things: Things): boolean {
  if (peer.holder === "client") return things.siteOf(thing) === peer.site;
  const isGateway = peer.holder === "gateway" || peer.holder === "simulated-gateway";
  return isGateway && (thing === peer.id || things.isBound(peer.id, thing));
}

const isOwn = (peer: Peer, topic: { site: string; gateway: string }) =>
  topic.gateway === peer.id && topic.site === peer.site;

/** Signing is asked for on topics that all share; what is signed is taken into use on the asker's own. */
const isOwnProvisioning = (peer: Peer, topic: ProvisioningTopic | null): boolean =>
  topic !== null && (topic.what !== "provision" || topic.template === peer.id);

/** The telemetry of one gateway of a site, or of all of them. */
function isTelemetryOf(site: string, filter: string): boolean {
  const [root, version, of, gateway = "", channel, ...rest] = filter.split("/");
  if (`${root}/${version}` !== "wardtwin/v1" || of !== site || rest.length > 0 || channel !== "telemetry") return false;
  return gateway === "+" || isRegistryId(gateway);
}
