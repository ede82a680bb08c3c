/**
 * Where shadows are spoken of over MQTT, as on AWS IoT Core. `{thing}` has 1 to 128 and `{shadow}` 1 to 64 letters, digits,
 * colons, underscores and hyphens; a topic without `/name/{shadow}` means the thing's classic shadow.
 *
 * | topic                                                    | direction        |
 * |----------------------------------------------------------|------------------|
 * | $aws/things/{thing}/shadow[/name/{shadow}]/{verb}          | thing → service  |
 * | $aws/things/{thing}/shadow[/name/{shadow}]/{verb}/accepted | service → thing  |
 * | …/{verb}/rejected, …/update/delta, …/update/documents      | service → thing  |
 */
export const VERBS = ["get", "update", "delete"] as const;
export type Verb = (typeof VERBS)[number];

export type ShadowChannel = "accepted" | "rejected" | "delta" | "documents";
const CHANNELS: Readonly<Record<Verb, readonly ShadowChannel[]>> = {
  get: ["accepted", "rejected"],
  update: ["accepted", "rejected", "delta", "documents"],
  delete: ["accepted", "rejected"],
};

/** Whose shadow, and which: null is the classic one. */
export interface ShadowAddress {
  thing: string;
  shadow: string | null;
}

const NAME = /^[a-zA-Z0-9:_-]+$/;
const THING_BYTES_MAX = 128;
const SHADOW_BYTES_MAX = 64;
const SLASHES_MAX = 7;

export const isThingName = (name: string): boolean => name.length <= THING_BYTES_MAX && NAME.test(name);
export const isShadowName = (name: string): boolean => name.length <= SHADOW_BYTES_MAX && NAME.test(name);

const shadowRoot = ({ thing, shadow }: ShadowAddress): string =>
  `$aws/things/${thing}/shadow${shadow === null ? "" : `/name/${shadow}`}`;

export const requestTopic = (address: ShadowAddress, verb: Verb): string => `${shadowRoot(address)}/${verb}`;

/** @param channel `delta` and `documents` belong to updates alone */
export const responseTopic = (address: ShadowAddress, verb: Verb, channel: ShadowChannel): string =>
  `${requestTopic(address, verb)}/${channel}`;

/** The subscriptions that catch every request and no response. */
export const REQUEST_FILTERS: readonly string[] = VERBS.flatMap((verb) => [
  requestTopic({ thing: "+", shadow: null }, verb),
  requestTopic({ thing: "+", shadow: "+" }, verb),
]);

/** The filters that match the requests about a thing's shadows, and no response: what else they match has no meaning. */
export const requestsWithin = (thing: string): string[] =>
  [null, "+"].map((shadow) => `${shadowRoot({ thing, shadow })}/+`);

/** The filters that match the requests of one kind about a thing's shadows, and nothing else. */
export const requestsOf = (thing: string, verb: Verb): string[] =>
  [null, "+"].map((shadow) => requestTopic({ thing, shadow }, verb));

/** The filters that match every response, and no request. */
export const RESPONSE_FILTERS: readonly string[] = VERBS.flatMap((verb) =>
  CHANNELS[verb].flatMap((channel) => [
    responseTopic({ thing: "+", shadow: null }, verb, channel),
    responseTopic({ thing: "+", shadow: "+" }, verb, channel),
  ]),
);

/** The filter within which lies whatever is said of a thing's shadows. */
export const everythingOf = (thing: string): string => `${shadowRoot({ thing, shadow: null })}/#`;

/** Takes a request's topic apart; null for any other topic, a response's among them. */
export function parseRequest(topic: string): (ShadowAddress & { verb: Verb }) | null {
  const parts = partsOf(topic);
  if (parts === null) return null;
  const [verb, ...rest] = parts.rest;
  const known = VERBS.find((one) => one === verb);
  return known === undefined || rest.length > 0 ? null : { ...parts.address, verb: known };
}

/** Takes a response's topic apart; null for any other topic, a request's among them. */
export function parseResponse(topic: string): (ShadowAddress & { verb: Verb; channel: string }) | null {
  const parts = partsOf(topic);
  if (parts === null) return null;
  const [verb, channel, ...rest] = parts.rest;
  const known = VERBS.find((one) => one === verb);
  if (known === undefined || channel === undefined || rest.length > 0) return null;
  return CHANNELS[known].some((one) => one === channel) ? { ...parts.address, verb: known, channel } : null;
}

/**
 * The thing whose shadows a subscription would hear, and no other's; null where it is no such filter. Wildcards may stand
 * behind the word `shadow` alone.
 */
export function thingOfFilter(filter: string): string | null {
  const [root, things, thing = "", shadow, ...rest] = filter.split("/");
  if (root !== "$aws" || things !== "things" || shadow !== "shadow" || !isThingName(thing)) return null;
  if (rest.length === 0 || rest.length > SLASHES_MAX - 3) return null;
  const isFilter = rest.every(
    (part, i) => part === "+" || (part === "#" && i === rest.length - 1) || (part !== "" && NAME.test(part)),
  );
  return isFilter ? thing : null;
}

function partsOf(topic: string): { address: ShadowAddress; rest: string[] } | null {
  const [root, things, thing = "", word, ...rest] = topic.split("/");
  if (root !== "$aws" || things !== "things" || word !== "shadow" || !isThingName(thing)) return null;
  if (rest[0] !== "name") return { address: { thing, shadow: null }, rest };
  const shadow = rest[1] ?? "";
  return isShadowName(shadow) ? { address: { thing, shadow }, rest: rest.slice(2) } : null;
}
