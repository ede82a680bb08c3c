/**
 * The rules of rights.ts in the words of Mosquitto's dynamic-security plugin: a role for each holder of certificates, a client
 * for each certificate. What the registry says is compared with what the broker has; the commands that make them equal follow.
 */
import { type Rights, rightsOf } from "./rights.ts";
import { holderOfUnit, type Peer, unitOf } from "./rules.ts";

/** Whom the registry lets speak, with what is bound to it, and every certificate that was ever signed for it. */
export interface HolderFacts extends Omit<Peer, "certificate"> {
  things: readonly string[];
  /** `serial` as the registry writes it; not `valid` once it is revoked or has ended. */
  certificates: readonly { serial: string; valid: boolean }[];
}

/** What the broker has of ours; roles and clients of anybody else are left alone and stand in none of these. */
export interface BrokerRules {
  /** Whether everybody may do a thing that no rule speaks of, by the plugin's word for the thing. */
  defaults: ReadonlyMap<string, boolean>;
  /** The rules of a role, each as `ruleKey` writes it, in the order of the alphabet. */
  roles: ReadonlyMap<string, readonly string[]>;
  clients: ReadonlyMap<string, { roles: readonly string[]; disabled: boolean }>;
}

/** One entry of `commands` in a request to the plugin. */
export interface Command {
  command: string;
  [argument: string]: unknown;
}

export const NO_RULES: BrokerRules = { defaults: new Map(), roles: new Map(), clients: new Map() };

const CLOUD_ROLE = "wardtwin:cloud";
/** What lets the driver drive. It stands in the broker's first file, and the driver never touches it. */
const DRIVER_ROLE = "wardtwin:rules";
const CLOUD_PARTS = ["ingest", "shadow", "jobs", "api"] as const;

/** A role that is ours to write. */
export const isOurRole = (role: string): boolean => role.startsWith("wardtwin:") && role !== DRIVER_ROLE;

/** A client that is ours to write: a holder of our certificates, but for the driver itself. */
export const isOurClient = (username: string): boolean =>
  isCloudPart(username) || (peerOfUsername(username) ?? { holder: "cloud" }).holder !== "cloud";

const USERNAME = /^serialNumber=([0-9a-f]+),OU=([a-z-]+),O=([a-z0-9-]+),CN=([a-z0-9_-]+)$/;

/** The name that Mosquitto gives to a certificate: its subject as RFC 2253 writes it, the last attribute first. */
export const usernameOf = ({ id, site, certificate, ...holder }: Peer): string =>
  `serialNumber=${certificate},OU=${unitOf(holder)},O=${site},CN=${id}`;

/** Takes a name apart; null for any that `usernameOf` does not write. */
export function peerOfUsername(username: string): Peer | null {
  const [, certificate = "", unit = "", site = "", id = ""] = USERNAME.exec(username) ?? [];
  const holder = holderOfUnit(unit);
  return holder === null || holder.holder === "cloud" ? null : { ...holder, id, site, certificate };
}

const cloudUsername = (part: (typeof CLOUD_PARTS)[number]) => `OU=cloud,O=-,CN=wardtwin-cloud-${part}`;
const isCloudPart = (username: string) => CLOUD_PARTS.some((part) => username === cloudUsername(part));

const roleOf = ({ holder, id }: Pick<Peer, "holder" | "id">): string => `wardtwin:${holder}:${id}`;

const ruleKey = (kind: string, topic: string) => `${kind} ${topic}`;

/** How a rule that the broker has compares with ours: ours allow, and come in no order. */
export const keyOfRule = (rule: { acltype: string; topic: string; allow: boolean; priority: number }): string =>
  `${ruleKey(rule.acltype, rule.topic)}${rule.allow && rule.priority === 0 ? "" : " otherwise"}`;

function rulesOf(rights: Rights): string[] {
  return [
    ...rights.publish.map((topic) => ruleKey("publishClientSend", topic)),
    ...rights.hear.map((topic) => ruleKey("publishClientReceive", topic)),
    ...rights.subscribe.map((topic) => ruleKey("subscribeLiteral", topic)),
    ...rights.subscribeWithin.map((topic) => ruleKey("subscribePattern", topic)),
  ].sort();
}

/** Nothing is allowed that no rule allows; only to listen no more is nobody's loss. */
const DEFAULTS: BrokerRules["defaults"] = new Map([
  ["publishClientReceive", false],
  ["publishClientSend", false],
  ["subscribe", false],
  ["unsubscribe", true],
]);

/**
 * What the broker ought to have. A gateway's certificate that the registry has no record of is left as it is found, as long as
 * the registry knows the gateway: a restored database knows nothing of yesterday's.
 */
export function wantedRules(holders: readonly HolderFacts[], present: BrokerRules): BrokerRules {
  const roles = new Map<string, string[]>([[CLOUD_ROLE, rulesOf(rightsOf({ holder: "cloud", id: "", site: "" }, []))]]);
  const clients = new Map<string, { roles: string[]; disabled: boolean }>(
    CLOUD_PARTS.map((part) => [cloudUsername(part), { roles: [CLOUD_ROLE], disabled: false }]),
  );
  for (const facts of holders) {
    const role = roleOf(facts);
    roles.set(role, rulesOf(rightsOf(facts, facts.things)));
    for (const { serial, valid } of facts.certificates)
      if (valid) clients.set(usernameOf({ ...facts, certificate: serial }), { roles: [role], disabled: false });
  }
  const recorded = new Set(holders.flatMap(({ certificates }) => certificates.map(({ serial }) => serial)));
  const known = new Map(holders.map((facts) => [roleOf(facts), facts.site]));
  for (const username of present.clients.keys()) {
    const peer = peerOfUsername(username);
    if (
      peer === null ||
      peer.holder === "claim" ||
      peer.holder === "client" ||
      recorded.has(peer.certificate) ||
      known.get(roleOf(peer)) !== peer.site
    )
      continue;
    clients.set(username, { roles: [roleOf(peer)], disabled: false });
  }
  return { defaults: DEFAULTS, roles, clients };
}

/** The commands that make what is present what is wanted. Whoever may speak no more comes first. */
export function commandsTo(wanted: BrokerRules, present: BrokerRules): Command[] {
  const gone = [...present.clients.keys()].filter((username) => !wanted.clients.has(username));
  const idle = [...present.roles.keys()].filter((role) => !wanted.roles.has(role));
  return [
    ...gone.map((username) => ({ command: "deleteClient", username })),
    ...defaultCommands(wanted.defaults, present.defaults),
    ...[...wanted.roles].flatMap(([role, rules]) => roleCommands(role, rules, present.roles.get(role) ?? null)),
    ...[...wanted.clients].flatMap(([username, { roles }]) =>
      clientCommands(username, roles, present.clients.get(username) ?? null),
    ),
    ...idle.map((rolename) => ({ command: "deleteRole", rolename })),
  ];
}

function defaultCommands(wanted: BrokerRules["defaults"], present: BrokerRules["defaults"]): Command[] {
  const acls = [...wanted].map(([acltype, allow]) => ({ acltype, allow }));
  return acls.every(({ acltype, allow }) => present.get(acltype) === allow)
    ? []
    : [{ command: "setDefaultACLAccess", acls }];
}

/** A role is written as a whole: that alone changes the rights of live sessions without ending them. */
function roleCommands(rolename: string, rules: readonly string[], present: readonly string[] | null): Command[] {
  if (present !== null && present.join() === rules.join()) return [];
  const acls = rules.map((rule) => {
    const [acltype = "", topic = ""] = rule.split(" ");
    return { acltype, topic, priority: 0, allow: true };
  });
  return [{ command: present === null ? "createRole" : "modifyRole", rolename, acls }];
}

/**
 * Whoever was connected before its client existed has been refused its subscriptions, and does not know that it may have them
 * now: to give a client its role ends its session, and the next one finds everything in place.
 */
function clientCommands(
  username: string,
  roles: readonly string[],
  present: { roles: readonly string[]; disabled: boolean } | null,
): Command[] {
  const again = present?.disabled === true ? [{ command: "enableClient", username }] : [];
  if (present === null) again.push({ command: "createClient", username });
  if (present?.roles.join() === roles.join()) return again;
  return [...again, { command: "modifyClient", username, roles: roles.map((rolename) => ({ rolename })) }];
}
