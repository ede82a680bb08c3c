import { readFile } from "node:fs/promises";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { ConfigError } from "./config-error.ts";
import type { Log } from "./log.ts";

export interface MqttSettings {
  /** mqtts://host:port */
  url: string;
  clientId: string;
  caFile: string;
  certFile: string;
  keyFile: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** The cloud's own session with whatever broker there is: mutual TLS, reconnecting by itself. */
export async function openMqttSession({ url, clientId, caFile, certFile, keyFile }: MqttSettings): Promise<MqttClient> {
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map((file) => readFile(file)));
  const options: IClientOptions = {
    clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 1_000,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: 15,
    resubscribe: true,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    rejectUnauthorized: true,
  };
  const client = await connectAsync(url, options, false);
  // Nagle and delayed acknowledgement together cost 44 ms a round trip.
  const quick = () => {
    const { stream } = client;
    if ("setNoDelay" in stream && typeof stream.setNoDelay === "function") stream.setNoDelay(true);
  };
  quick();
  client.on("connect", quick);
  return client;
}

interface Hearing {
  filters: readonly string[];
  /** What a broker has to permit, as a sentence names it. */
  topics: string;
  /** Other topics of the same session are none of its business. */
  hear(topic: string, payload: Uint8Array): Promise<void>;
  log: Log;
}

/**
 * Hears requests over whatever broker there is. One that a broker has kept was answered when it was new.
 * @throws ConfigError where the broker does not let the cloud hear them
 */
export async function hearRequests(mqtt: MqttClient, { filters, topics, hear, log }: Hearing): Promise<void> {
  mqtt.on("message", (topic, payload, { retain }) => {
    if (!retain) hear(topic, payload).catch((error: unknown) => log.error({ err: error, topic }, "a request failed"));
  });
  await mqtt.subscribeAsync([...filters], { qos: 1 }).catch((cause: unknown) => {
    throw new ConfigError(
      `The MQTT broker does not let the cloud listen to ${topics}; permit it there, or leave the role shadow out of WARDTWIN_ROLES.`,
      { cause },
    );
  });
}

/** Sends what a service says. @param sent called once the broker has it, or will not */
export function say(
  mqtt: MqttClient,
  { topic, payload }: { topic: string; payload: string },
  log: Log,
  sent?: () => void,
): void {
  mqtt.publish(topic, payload, { qos: 1 }, (error) => {
    if (error) log.warn({ why: error.message, topic }, "an answer was not sent");
    sent?.();
  });
}
