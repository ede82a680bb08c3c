import {
  DOWNLINK_CHANNELS,
  everyGateway,
  topicOf,
  UPLINK_CHANNELS,
} from "@wardtwin/device-profiles/twin-document/topics";
import { everythingOf, REQUEST_FILTERS, RESPONSE_FILTERS, requestsWithin } from "../shadow/topics.ts";
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

/** @param things the devices that are bound to a gateway; its own thing is always among those it may speak of */
export function rightsOf(
  { holder, id, site }: Pick<Peer, "holder" | "id" | "site">,
  things: readonly string[],
): Rights {
  switch (holder) {
    case "cloud":
      return cloudRights;
    case "gateway":
    case "simulated-gateway":
      return gatewayRights({ site, gateway: id }, [...new Set([id, ...things])]);
  }
}

function gatewayRights(address: { site: string; gateway: string }, things: readonly string[]): Rights {
  const downlinks = DOWNLINK_CHANNELS.map((channel) => topicOf(address, channel));
  const shadows = things.map(everythingOf);
  return {
    publish: [...UPLINK_CHANNELS.map((channel) => topicOf(address, channel)), ...things.flatMap(requestsWithin)],
    subscribe: downlinks,
    subscribeWithin: shadows,
    hear: [...downlinks, ...shadows],
  };
}

const uplinks = UPLINK_CHANNELS.map((channel) => everyGateway(channel));
const cloudRights: Rights = {
  publish: [...DOWNLINK_CHANNELS.map((channel) => everyGateway(channel)), ...RESPONSE_FILTERS],
  subscribe: [...uplinks, ...REQUEST_FILTERS],
  subscribeWithin: UPLINK_CHANNELS.map((channel) => everyGateway(channel, ANY_GROUP)),
  hear: [...uplinks, ...REQUEST_FILTERS],
};
