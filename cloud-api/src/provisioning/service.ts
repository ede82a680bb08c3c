import { PROVISIONING_FILTERS, parseProvisioningRequest } from "@wardtwin/device-profiles/twin-document/provisioning";
import type { MqttClient } from "mqtt";
import type { Clock } from "../platform/clock.ts";
import { Desk } from "../platform/desk.ts";
import type { Log } from "../platform/log.ts";
import { hearRequests, say } from "../platform/mqtt-client.ts";
import { type ProvisioningAnswer, type ProvisioningOffice, type ProvisioningRequest, unprovisioned } from "./office.ts";

interface Deps {
  mqtt: MqttClient;
  office: ProvisioningOffice;
  clock: Clock;
  log: Log;
}

/** Signing is asked for on one topic by all, so this many gateways may be set up at the same moment. */
const IN_FLIGHT_MAX = 512;

/** The door of provisioning: hears every request, and answers on the topics of AWS IoT. */
export class ProvisioningService {
  readonly #deps: Deps;
  readonly #desk: Desk<ProvisioningRequest, ProvisioningAnswer>;

  constructor(deps: Deps) {
    const { office, clock, log } = deps;
    this.#deps = deps;
    this.#desk = new Desk({
      what: "certificates",
      settle: async (requests) => {
        const answers: ProvisioningAnswer[] = [];
        for (const request of requests) answers.push(await this.#answer(office, request));
        return answers;
      },
      unanswered: (why) => unprovisioned(why),
      keyOf: ({ topic }) => (topic.what === "provision" ? topic.template : topic.what),
      inFlightMax: IN_FLIGHT_MAX,
      clock,
      log,
    });
  }

  /** @throws ConfigError where the broker does not let the cloud hear requests */
  async open(): Promise<void> {
    const { mqtt, log } = this.#deps;
    const topics = "$aws/certificates/… and $aws/provisioning-templates/…";
    const hear = (topic: string, payload: Uint8Array) => this.#hear(topic, payload);
    await hearRequests(mqtt, { filters: PROVISIONING_FILTERS, topics, hear, log });
  }

  close(): Promise<void> {
    return this.#desk.close();
  }

  /** One that cannot be answered fails alone. */
  async #answer(office: ProvisioningOffice, request: ProvisioningRequest): Promise<ProvisioningAnswer> {
    return office.answer(request).catch((error: unknown) => {
      this.#deps.log.warn({ err: error, what: request.topic.what }, "a request for a certificate failed");
      return unprovisioned("failure");
    });
  }

  async #hear(topic: string, payload: Uint8Array): Promise<void> {
    const { mqtt, log } = this.#deps;
    const parsed = parseProvisioningRequest(topic);
    if (parsed === null) return;
    const { answer, after } = await this.#desk.ask({ topic: parsed, payload });
    if (!answer.ok) log.info({ topic, why: answer.fault.errorMessage }, "no certificate");
    const said = JSON.stringify(answer.ok ? answer.value : answer.fault);
    say(mqtt, { topic: `${topic}/${answer.ok ? "accepted" : "rejected"}`, payload: said }, log, after);
  }
}
