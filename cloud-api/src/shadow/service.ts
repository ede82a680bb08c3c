import type { MqttClient } from "mqtt";
import type { Log } from "../platform/log.ts";
import { hearRequests, say } from "../platform/mqtt-client.ts";
import type { ShadowDesk } from "./desk.ts";
import type { ShadowMessage } from "./rules.ts";
import { parseRequest, REQUEST_FILTERS, responseTopic, type ShadowAddress, type Verb } from "./topics.ts";

interface Deps {
  mqtt: MqttClient;
  desk: ShadowDesk;
  log: Log;
}

/** The door of the shadows: hears every request over whatever broker there is, and answers on the topics of AWS IoT. */
export class ShadowService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws ConfigError where the broker does not let the cloud hear requests */
  async open(): Promise<void> {
    const { mqtt, log } = this.#deps;
    mqtt.on("error", (error) => log.warn({ why: error.message }, "the broker refuses the cloud"));
    const hear = (topic: string, payload: Uint8Array) => this.#hear(topic, payload);
    await hearRequests(mqtt, { filters: REQUEST_FILTERS, topics: "$aws/things/+/shadow/…", hear, log });
  }

  async #hear(topic: string, payload: Uint8Array): Promise<void> {
    const { desk, log } = this.#deps;
    const parsed = parseRequest(topic);
    if (parsed === null) return log.info({ topic }, "a request for a shadow whose name cannot be");
    const { verb, ...address } = parsed;
    this.tell(address, verb, await desk.ask({ address, verb, payload }));
  }

  /** Sends what was answered, in its order. */
  tell(address: ShadowAddress, verb: Verb, messages: readonly ShadowMessage[]): void {
    const { mqtt, log } = this.#deps;
    for (const { channel, payload } of messages)
      say(mqtt, { topic: responseTopic(address, verb, channel), payload }, log);
  }
}
