import type { MqttClient } from "mqtt";
import { ConfigError } from "../platform/config-error.ts";
import type { Log } from "../platform/log.ts";
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
    mqtt.on("message", (topic, payload, { retain }) => {
      // A request that a broker has kept was answered when it was new.
      if (retain) return;
      this.#hear(topic, payload).catch((error: unknown) => log.error({ err: error, topic }, "a request for a shadow"));
    });
    mqtt.on("error", (error) => log.warn({ why: error.message }, "the broker refuses the cloud"));
    await mqtt.subscribeAsync([...REQUEST_FILTERS], { qos: 1 }).catch((cause: unknown) => {
      throw new ConfigError(
        "The MQTT broker does not let the cloud listen to $aws/things/+/shadow/…; permit it there, or leave the role shadow out of WARDTWIN_ROLES.",
        { cause },
      );
    });
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
    for (const { channel, payload } of messages) {
      const to = responseTopic(address, verb, channel);
      mqtt.publish(to, payload, { qos: 1 }, (error) => {
        if (error) log.warn({ why: error.message, topic: to }, "an answer was not sent");
      });
    }
  }
}
