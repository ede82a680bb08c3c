import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, DOWNLINK_CHANNELS as DOWNLINKS, topicOf } from "@wardtwin/device-profiles/twin-document/topics";
import { mqtt } from "aws-iot-device-sdk-v2";
import type { Log } from "../log.ts";
import { type MqttSettings, mqttConfig } from "./mqtt-config.ts";

const RECONNECT_MIN_S = 1;
const RECONNECT_MAX_S = 8;
const CLOSE_TIMEOUT_MS = 1_000;

export interface SessionHandlers {
  /** Connected and subscribed. Called again after every reconnect. */
  onUp(): void;
  onDown(): void;
  onMessage(channel: (typeof DOWNLINKS)[number], payload: Uint8Array): void;
}

/** What is talked of beside the gateway's own topics. A broker may refuse it; nothing else waits for that. */
export interface Beside {
  readonly topics: readonly string[];
  /** The broker has taken all subscriptions of a new connection. What is published when that has ended is rejected. */
  onUp(publish: (topic: string, payload: string) => Promise<void>): void;
  onMessage(topic: string, payload: Uint8Array): void;
}

export interface Address {
  site: string;
  gateway: string;
}

/** What the uplink needs of a broker; the tests have one of their own. */
export interface Session {
  start(handlers: SessionHandlers): void;
  /** Rejects when the broker did not take it. */
  publish(channel: Channel, payload: string | Uint8Array, options?: { retain: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/**
 * One MQTT 3.1.1 connection with mutual TLS by the AWS IoT device SDK, which opens it again by itself.
 *
 * The session is a clean one: a queue at the broker or in the SDK would send batches before the Welcome of a new
 * connection. What must not be lost is in the outbox.
 */
export class MqttSession implements Session {
  readonly #address: Address;
  #settings: MqttSettings;
  readonly #presence: { online: string; offline: string };
  readonly #log: Log;
  readonly #beside: Beside[] = [];
  #connection: mqtt.MqttClientConnection | null = null;
  #handlers: SessionHandlers | null = null;
  /** Counts connections and breaks, so that work for one of them ends with it. */
  #times = 0;
  readonly #stopping = new AbortController();

  constructor(address: Address, settings: MqttSettings, presence: { online: string; offline: string }, log: Log) {
    this.#address = address;
    this.#settings = settings;
    this.#presence = presence;
    this.#log = log;
  }

  start(handlers: SessionHandlers): void {
    this.#handlers = handlers;
    void this.#connect(handlers);
  }

  /** Goes on with another certificate and key: says good-bye, and connects anew. Before a first connection the next try has them. */
  async renew({ cert, key }: Pick<MqttSettings, "cert" | "key">): Promise<void> {
    this.#settings = { ...this.#settings, cert, key };
    const [connection, handlers] = [this.#connection, this.#handlers];
    if (connection === null || handlers === null || this.#stopping.signal.aborted) return;
    this.#connection = null;
    this.#times++;
    handlers.onDown();
    await Promise.race([connection.disconnect().catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
    void this.#connect(handlers);
  }

  /** Has to be said before the start. */
  alsoTalk(beside: Beside): void {
    this.#beside.push(beside);
  }

  async publish(channel: Channel, payload: string | Uint8Array, { retain } = { retain: false }): Promise<void> {
    if (this.#connection === null) throw new Error("there is no connection");
    const topic = topicOf(this.#address, channel);
    await this.#connection.publish(topic, payload, mqtt.QoS.AtLeastOnce, retain);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    await Promise.race([connection.disconnect().catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
  }

  /** The SDK reconnects only what was connected once; until then this does. */
  async #connect(handlers: SessionHandlers): Promise<void> {
    let pauseS = RECONNECT_MIN_S;
    while (!this.#stopping.signal.aborted) {
      const connection = new mqtt.MqttClient().new_connection(this.#config());
      this.#listen(connection, handlers);
      try {
        await connection.connect();
        if (this.#stopping.signal.aborted) await connection.disconnect();
        else this.#connection = connection;
        if (this.#connection === connection) await this.#up(connection, handlers);
        return;
      } catch (reason) {
        this.#log.warn({ reason: String(reason), pauseS }, "no connection to the broker");
        await this.#pause(pauseS * 1_000);
        pauseS = Math.min(RECONNECT_MAX_S, pauseS * 2);
      }
    }
  }

  #listen(connection: mqtt.MqttClientConnection, handlers: SessionHandlers): void {
    connection.on("interrupt", (error) => {
      if (this.#connection !== connection) return;
      this.#log.warn({ reason: error.error_name }, "the connection to the broker broke");
      this.#times++;
      handlers.onDown();
    });
    connection.on("resume", () => {
      if (this.#connection === connection) void this.#up(connection, handlers);
    });
    connection.on("message", (topic, payload) => {
      for (const channel of DOWNLINKS) {
        if (topic === topicOf(this.#address, channel)) handlers.onMessage(channel, new Uint8Array(payload));
      }
      for (const one of this.#beside) if (one.topics.includes(topic)) one.onMessage(topic, new Uint8Array(payload));
    });
  }

  /** A clean session has no subscriptions: they are made anew on each connection, before a word is said. */
  async #up(connection: mqtt.MqttClientConnection, handlers: SessionHandlers): Promise<void> {
    const times = ++this.#times;
    while (this.#times === times && !this.#stopping.signal.aborted) {
      try {
        await Promise.all(
          DOWNLINKS.map((channel) => connection.subscribe(topicOf(this.#address, channel), mqtt.QoS.AtLeastOnce)),
        );
        await this.publish("presence", this.#presence.online, { retain: true });
        if (this.#times !== times) return;
        this.#log.info("connected to the broker");
        handlers.onUp();
        for (const one of this.#beside) void this.#upBeside(connection, one, times);
        return;
      } catch (reason) {
        this.#log.warn({ reason: String(reason) }, "the broker took no subscription or no presence");
        await this.#pause(RECONNECT_MIN_S * 1_000);
      }
    }
  }

  /** Says nothing where a topic was refused: whoever publishes where it may not is cut off by many a broker. */
  async #upBeside(connection: mqtt.MqttClientConnection, one: Beside, times: number): Promise<void> {
    try {
      const taken = await Promise.all(one.topics.map((topic) => connection.subscribe(topic, mqtt.QoS.AtLeastOnce)));
      if (taken.some(({ qos, error_code }) => qos > mqtt.QoS.AtLeastOnce || (error_code ?? 0) !== 0)) {
        return this.#log.warn({ topics: one.topics }, "the broker refuses these topics, and nothing is said on them");
      }
      if (this.#times !== times) return;
      one.onUp(async (topic, payload) => {
        if (this.#times !== times) throw new Error("the connection has ended");
        await connection.publish(topic, payload, mqtt.QoS.AtLeastOnce, false);
      });
    } catch (reason) {
      this.#log.warn({ reason: String(reason), topics: one.topics }, "the broker took no subscription");
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #config(): mqtt.MqttConnectionConfig {
    return mqttConfig(this.#settings, `${this.#address.site}:${this.#address.gateway}`)
      .with_reconnect_min_sec(RECONNECT_MIN_S)
      .with_reconnect_max_sec(RECONNECT_MAX_S)
      .with_will(
        new mqtt.MqttWill(topicOf(this.#address, "presence"), mqtt.QoS.AtLeastOnce, this.#presence.offline, true),
      )
      .build();
  }
}
