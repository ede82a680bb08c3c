import type { MqttClient } from "mqtt";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { hearRequests, say } from "../platform/mqtt-client.ts";
import type { DeviceJobDesk } from "./desk.ts";
import type { JobMessage } from "./notification.ts";
import type { DeviceJobStore } from "./store.ts";
import { JOB_REQUEST_FILTERS, parseJobRequest } from "./topics.ts";

interface Deps {
  mqtt: MqttClient;
  desk: DeviceJobDesk;
  store: DeviceJobStore;
  clock: Clock;
  log: Log;
}

/** How often the clock is looked at for jobs to queue or to end. */
const LOOK_EVERY_MS = 1_000;

/** The door of the jobs: hears every request, answers on the topics of AWS IoT, and tells things of what is new. */
export class DeviceJobService {
  readonly #deps: Deps;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws ConfigError where the broker does not let the cloud hear requests */
  async open(): Promise<void> {
    const { mqtt, log } = this.#deps;
    const hear = (topic: string, payload: Uint8Array) => this.#hear(topic, payload);
    await hearRequests(mqtt, { filters: JOB_REQUEST_FILTERS, topics: "$aws/things/+/jobs/…", hear, log });
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
      });
    }, LOOK_EVERY_MS);
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#looking;
    await this.#deps.desk.close();
  }

  async #hear(topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseJobRequest(topic);
    if (parsed !== null) this.#tell(await this.#deps.desk.ask({ topic: parsed, payload }));
  }

  async #look(): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      this.#tell(await store.turnDue(clock.nowMs()));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ why }, "the clock of the jobs could not be looked at");
    }
  }

  #tell(messages: readonly JobMessage[]): void {
    const { mqtt, log } = this.#deps;
    for (const message of messages) say(mqtt, message, log);
  }
}
