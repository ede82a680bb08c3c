/**
 * Where things travel over MQTT. `{site}` and `{gateway}` are registry ids: lower-case letters, digits and hyphens, 1 to 64.
 *
 * | topic                                   | direction       | payload                                |
 * |-----------------------------------------|-----------------|----------------------------------------|
 * | wardtwin/v1/{site}/{gateway}/presence   | gateway → cloud | Presence, retained; also the last will |
 * | wardtwin/v1/{site}/{gateway}/hello      | gateway → cloud | Hello                                  |
 * | wardtwin/v1/{site}/{gateway}/welcome    | cloud → gateway | Welcome                                |
 * | wardtwin/v1/{site}/{gateway}/telemetry  | gateway → cloud | a telemetry batch (telemetry-frame.ts) |
 * | wardtwin/v1/{site}/{gateway}/ack        | cloud → gateway | Acknowledgement                        |
 * | wardtwin/v1/{site}/{gateway}/sighting   | gateway → cloud | SightingReport                         |
 * | wardtwin/v1/{site}/{gateway}/settled    | cloud → gateway | SightingAnswer                         |
 */
export const UPLINK_CHANNELS = ["presence", "hello", "telemetry", "sighting"] as const;
export const DOWNLINK_CHANNELS = ["welcome", "ack", "settled"] as const;
export type Channel = (typeof UPLINK_CHANNELS)[number] | (typeof DOWNLINK_CHANNELS)[number];

const PREFIX = "wardtwin/v1";
const ID = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export const isRegistryId = (id: string): boolean => ID.test(id);

export const topicOf = (address: { site: string; gateway: string }, channel: Channel): string =>
  `${PREFIX}/${address.site}/${address.gateway}/${channel}`;

/** The subscription that catches one channel of every gateway; `share` names an MQTT shared-subscription group. */
export const everyGateway = (channel: Channel, share?: string): string =>
  `${share === undefined ? "" : `$share/${share}/`}${PREFIX}/+/+/${channel}`;

/** Takes a topic apart, or null when it is not one of ours. */
export function parseTopic(topic: string): { site: string; gateway: string; channel: Channel } | null {
  const [root, version, site, gateway, channel, ...rest] = topic.split("/");
  if (`${root}/${version}` !== PREFIX || rest.length > 0) return null;
  if (site === undefined || gateway === undefined || !isRegistryId(site) || !isRegistryId(gateway)) return null;
  const known = [...UPLINK_CHANNELS, ...DOWNLINK_CHANNELS].find((name) => name === channel);
  return known === undefined ? null : { site, gateway, channel: known };
}
