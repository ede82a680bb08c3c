import { PROVISIONING_FILTERS, provisioningOf } from "@wardtwin/device-profiles/twin-document/provisioning";
import {
  DOWNLINK_CHANNELS,
  everyGateway,
  topicOf,
  UPLINK_CHANNELS,
} from "@wardtwin/device-profiles/twin-document/topics";
import { everyJobOf, JOB_ANSWER_FILTERS, JOB_REQUEST_FILTERS, jobRequestsOf } from "../device-job/topics.ts";
import { everythingOf, REQUEST_FILTERS, RESPONSE_FILTERS, requestsOf, requestsWithin } from "../shadow/topics.ts";
import type { Peer } from "./rules.ts";

/**
 * What rules.ts allows to one peer, written out as topic filters for a broker that holds the rules itself. The two are held
 * together by rights.test.ts. Filters are few rather than narrow where what they let through besides is heard by nobody else: a
 * broker may write all of them to disk at each change.
 */
export interface Rights {
  /** The peer may publish to what these filters match. */
  publish: readonly string[];
  /** It may subscribe to these filters, as they stand. */
  subscribe: readonly string[];
  /** It may subscribe to whatever lies within these filters. */
  subscribeWithin: readonly string[];
  /** It is handed what these filters match, whatever it has subscribed to. */
  hear: readonly string[];
}

/** A group that shares the work of hearing. */
const ANY_GROUP = "+";

/**
 * @param things the devices that are bound to a gateway, whose own thing is always among those it may speak of; of another
 * system's client all things of its site
 */
export function rightsOf(peer: Omit<Peer, "certificate">, things: readonly string[]): Rights {
  const { holder, id, site } = peer;
  switch (holder) {
    case "cloud":
      return cloudRights;
    case "gateway":
    case "simulated-gateway":
      return gatewayRights({ site, gateway: id }, [...new Set([id, ...things])]);
    case "claim":
      return claimRights(id);
    case "client":
      return clientRights(peer, peer.shadows === undefined ? [] : things);
  }
}

function gatewayRights(address: { site: string; gateway: string }, things: readonly string[]): Rights {
  const downlinks = DOWNLINK_CHANNELS.map((channel) => topicOf(address, channel));
  const { requests, answers } = provisioningOf(address.gateway);
  const ofThings = things.flatMap((thing) => [everythingOf(thing), everyJobOf(thing)]);
  return {
    publish: [
      ...UPLINK_CHANNELS.map((channel) => topicOf(address, channel)),
      ...requests,
      ...things.flatMap((thing) => [...requestsWithin(thing), ...jobRequestsOf(thing)]),
    ],
    subscribe: [...downlinks, ...answers],
    subscribeWithin: ofThings,
    hear: [...downlinks, ...answers, ...ofThings],
  };
}

function claimRights(id: string): Rights {
  const { requests, answers } = provisioningOf(id);
  return { publish: requests, subscribe: answers, subscribeWithin: [], hear: answers };
}

function clientRights({ site, shadows }: Pick<Peer, "site" | "shadows">, things: readonly string[]): Rights {
  const verbs = shadows === "write" ? (["get", "update"] as const) : (["get"] as const);
  const within = [topicOf({ site, gateway: "+" }, "telemetry"), ...things.map(everythingOf)];
  const publish = things.flatMap((thing) => verbs.flatMap((verb) => requestsOf(thing, verb)));
  return { publish, subscribe: [], subscribeWithin: within, hear: within };
}

const uplinks = UPLINK_CHANNELS.map((channel) => everyGateway(channel));
const requests = [...uplinks, ...REQUEST_FILTERS, ...JOB_REQUEST_FILTERS, ...PROVISIONING_FILTERS];
const cloudRights: Rights = {
  publish: [
    ...DOWNLINK_CHANNELS.map((channel) => everyGateway(channel)),
    ...RESPONSE_FILTERS,
    ...JOB_ANSWER_FILTERS,
    ...provisioningOf("+").answers,
  ],
  subscribe: requests,
  subscribeWithin: UPLINK_CHANNELS.map((channel) => everyGateway(channel, ANY_GROUP)),
  hear: requests,
};
