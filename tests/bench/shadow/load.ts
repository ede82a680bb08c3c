/**
 * Gateways that update the shadows of the things bound to them, a certificate and a session for each gateway, so many updates in
 * flight as a connection may have. An update counts when its accepted, delta and documents have all been heard.
 */
import { setTimeout as pause } from "node:timers/promises";
import { requestTopic } from "@wardtwin/cloud-api/shadow/topics";
import type { MqttClient } from "mqtt";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { connect } from "../../support/raw-gateway.ts";
import { playPart } from "../stand.ts";
import { GATEWAYS, gatewayId, SITE, THINGS_PER_GATEWAY, thingId } from "./hospital.ts";

export const LoadTask = Type.Object({
  mqttUrl: Type.String(),
  credentials: Type.Array(Type.Object({ key: Type.String(), cert: Type.String(), ca: Type.String() })),
  seed: Type.Integer(),
  inFlight: Type.Integer({ minimum: 1, maximum: 10 }),
  /** Before anything is counted: every thing gets its shadow then. */
  warmUpMs: Type.Integer(),
  measureMs: Type.Integer(),
});
export type LoadTask = Static<typeof LoadTask>;

export const LoadReport = Type.Object({
  seconds: Type.Number(),
  /** Within these seconds. */
  updates: Type.Integer(),
  /** Of these, until the last of the three was heard. */
  latenciesMs: Type.Array(Type.Number()),
  /** From the first one on, warm-up and the last ones in flight included. */
  updatesInAll: Type.Integer(),
  rejected: Type.Integer(),
});
export type LoadReport = Static<typeof LoadReport>;

const SHADOW = "status";
const HEARD_OF_EACH = 3;

class Updater {
  readonly #mqtt: MqttClient;
  readonly #gateway: number;
  #random: number;
  #next = 0;
  readonly #waiting = new Map<string, { sentAtMs: number; heard: number }>();
  readonly latenciesMs: number[] = [];
  finished = 0;
  rejected = 0;
  measuring = false;
  sending = true;

  constructor(mqtt: MqttClient, gateway: number, seed: number) {
    this.#mqtt = mqtt;
    this.#gateway = gateway;
    this.#random = seed + gateway;
    mqtt.on("message", (topic, payload) => this.#hear(topic, payload));
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  #chance(below: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * below);
  }

  /** Every thing in turn, so that each has its share. What is desired is never what is reported: there is always a delta. */
  send(): void {
    if (!this.sending) return;
    const index = this.#next++;
    const clientToken = String(index);
    const state = {
      desired: { pollEveryMs: 1_000 + this.#chance(4_000) },
      reported: {
        pollEveryMs: 500,
        operatingState: this.#chance(2) === 0 ? "standby" : "in-use",
        batteryChargePct: this.#chance(1_000) / 10,
        line: { framesBad: this.#chance(100_000), roundTripMs: this.#chance(10_000) / 100 },
      },
    };
    this.#waiting.set(clientToken, { sentAtMs: performance.now(), heard: 0 });
    const address = { thing: thingId(this.#gateway, index % THINGS_PER_GATEWAY), shadow: SHADOW };
    this.#mqtt.publish(requestTopic(address, "update"), JSON.stringify({ state, clientToken }), { qos: 1 });
  }

  #hear(topic: string, payload: Uint8Array): void {
    const nowMs = performance.now();
    const { clientToken } = Value.Parse(Type.Object({ clientToken: Type.String() }), JSON.parse(payload.toString()));
    const waiting = this.#waiting.get(clientToken);
    if (waiting === undefined) throw new Error(`${topic} answers ${clientToken}, which nobody asked`);
    if (topic.endsWith("/rejected")) this.rejected++;
    else if (++waiting.heard < HEARD_OF_EACH) return;
    else {
      this.finished++;
      if (this.measuring) this.latenciesMs.push(nowMs - waiting.sentAtMs);
    }
    this.#waiting.delete(clientToken);
    this.send();
  }
}

async function opened({ mqttUrl, credentials, seed }: LoadTask, gateway: number) {
  const mqtt = await connect(mqttUrl, credentials[gateway] ?? {}, `${SITE}:${gatewayId(gateway)}`);
  const filters = Array.from(
    { length: THINGS_PER_GATEWAY },
    (_, thing) => `${requestTopic({ thing: thingId(gateway, thing), shadow: SHADOW }, "update")}/+`,
  );
  const granted = await mqtt.subscribeAsync(filters, { qos: 1 });
  if (granted.some(({ qos }) => qos !== 1)) throw new Error(`${gatewayId(gateway)} may not hear its things`);
  return { mqtt, updater: new Updater(mqtt, gateway, seed) };
}

playPart(
  (task) => Value.Parse(LoadTask, task),
  async (task) => {
    const sessions = await Promise.all(Array.from({ length: GATEWAYS }, (_, gateway) => opened(task, gateway)));
    const updaters = sessions.map(({ updater }) => updater);
    return async (): Promise<LoadReport> => {
      for (const updater of updaters) for (let i = 0; i < task.inFlight; i++) updater.send();
      await pause(task.warmUpMs);
      for (const updater of updaters) updater.measuring = true;
      const startMs = performance.now();
      await pause(task.measureMs);
      const seconds = (performance.now() - startMs) / 1_000;
      const latenciesMs = updaters.flatMap((updater) => updater.latenciesMs);
      const updates = latenciesMs.length;
      for (const updater of updaters) updater.sending = false;
      while (!updaters.every(({ isIdle }) => isIdle)) await pause(10);
      await Promise.all(sessions.map(({ mqtt }) => mqtt.endAsync(true)));
      const sum = (of: (updater: Updater) => number) => updaters.reduce((all, updater) => all + of(updater), 0);
      return {
        seconds,
        updates,
        latenciesMs,
        updatesInAll: sum(({ finished }) => finished),
        rejected: sum(({ rejected }) => rejected),
      };
    };
  },
);
