/**
 * The load generator: every gateway with a certificate and a session of its own, and at most 32 batches in flight, as the agent
 * has. Frames are made before the clock starts. A batch counts when an acknowledgement names it as committed.
 */
import { setTimeout as pause } from "node:timers/promises";
import { zstdCompressSync } from "node:zlib";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { encodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { Acknowledgement, Welcome } from "@wardtwin/device-profiles/twin-document/messages";
import { topicOf } from "@wardtwin/device-profiles/twin-document/topics";
import { IN_FLIGHT_MAX } from "@wardtwin/edge-agent/uplink/send-window";
import type { MqttClient } from "mqtt";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { connect } from "../../support/raw-gateway.ts";
import { playPart } from "../stand.ts";
import { gatewayId, SITE, Ward } from "./hospital.ts";

export const LoadTask = Type.Object({
  mqttUrl: Type.String(),
  credentials: Type.Array(Type.Object({ key: Type.String(), cert: Type.String(), ca: Type.String() })),
  seed: Type.Integer(),
  startMs: Type.Number(),
  epoch: Type.Integer(),
  lane: Type.Enum(["live", "backlog"]),
  samplesPerBatch: Type.Integer(),
  batchesPerGateway: Type.Integer(),
  /** Batches a second of each gateway; null for as many as are acknowledged. */
  batchesPerS: Type.Union([Type.Number(), Type.Null()]),
});
export type LoadTask = Static<typeof LoadTask>;

export const LoadReport = Type.Object({
  /** From the first byte sent to the last acknowledgement. */
  seconds: Type.Number(),
  committed: Type.Integer(),
  setAside: Type.Integer(),
  bytes: Type.Integer(),
  /** From sending to acknowledgement, of each batch. */
  latenciesMs: Type.Array(Type.Number()),
});
export type LoadReport = Static<typeof LoadReport>;

const GIVE_UP_MS = 120_000;

class Sender {
  readonly #mqtt: MqttClient;
  readonly #topic: string;
  readonly #frames: readonly Buffer[];
  readonly #sentAtMs: number[] = [];
  readonly latenciesMs: number[] = [];
  setAside = 0;
  #inFlight = 0;
  #sent = 0;
  readonly #done = Promise.withResolvers<void>();

  constructor(mqtt: MqttClient, gateway: string, frames: readonly Buffer[]) {
    this.#mqtt = mqtt;
    this.#frames = frames;
    this.#topic = topicOf({ site: SITE, gateway }, "telemetry");
  }

  /** Sequences count from 1, and nothing is sent twice: each settles once. */
  settle({ committed, setAside }: Acknowledgement, nowMs: number): void {
    for (const [from, to] of committed) {
      for (let sequence = from; sequence <= to; sequence++) {
        this.latenciesMs.push(nowMs - (this.#sentAtMs[sequence - 1] ?? Number.NaN));
        this.#inFlight--;
      }
    }
    for (const {
      range: [from, to],
    } of setAside) {
      this.setAside += to - from + 1;
      this.#inFlight -= to - from + 1;
    }
    if (this.latenciesMs.length + this.setAside >= this.#frames.length) this.#done.resolve();
  }

  #send(): void {
    this.#sentAtMs[this.#sent] = performance.now();
    this.#mqtt.publish(this.#topic, this.#frames[this.#sent] ?? Buffer.alloc(0), { qos: 1 });
    this.#sent++;
    this.#inFlight++;
  }

  fill(): void {
    while (this.#inFlight < IN_FLIGHT_MAX && this.#sent < this.#frames.length) this.#send();
  }

  /** In time with the clock, and never more in flight than the agent has. */
  async pace(batchesPerS: number, phase: number): Promise<void> {
    const startMs = performance.now() + (phase * 1_000) / batchesPerS;
    while (this.#sent < this.#frames.length) {
      const waitMs = startMs + (this.#sent * 1_000) / batchesPerS - performance.now();
      if (waitMs > 0) await pause(waitMs);
      if (this.#inFlight < IN_FLIGHT_MAX) this.#send();
      else await pause(1);
    }
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }
}

/** A session that has been welcomed. */
async function opened(task: LoadTask, index: number, frames: readonly Buffer[]) {
  const gateway = gatewayId(index);
  const address = { site: SITE, gateway };
  const mqtt = await connect(task.mqttUrl, task.credentials[index] ?? {}, `${SITE}:${gateway}`);
  const sender = new Sender(mqtt, gateway, frames);
  const welcomed = Promise.withResolvers<Welcome>();
  mqtt.on("message", (topic, payload) => {
    const nowMs = performance.now();
    const message: unknown = JSON.parse(payload.toString());
    if (topic.endsWith("/welcome")) welcomed.resolve(Value.Parse(Welcome, message));
    else {
      sender.settle(Value.Parse(Acknowledgement, message), nowMs);
      if (task.batchesPerS === null) sender.fill();
    }
  });
  await mqtt.subscribeAsync([topicOf(address, "ack"), topicOf(address, "welcome")], { qos: 1 });
  const hello = {
    nonce: "12345678",
    outboxId: `outbox-${gateway}`,
    epoch: task.epoch,
    bootId: `boot-${index}`,
    monoMs: 0,
    wallMs: Date.now(),
    agentVersion: "bench",
  };
  await mqtt.publishAsync(topicOf(address, "hello"), JSON.stringify(hello), { qos: 1 });
  const { epochMin } = await welcomed.promise;
  if (epochMin > task.epoch) throw new Error(`${gateway} may use epochs from ${epochMin}`);
  return { mqtt, sender };
}

function framesOf(
  { seed, startMs, epoch, lane, samplesPerBatch, batchesPerGateway }: LoadTask,
  gateway: number,
): Buffer[] {
  const ward = new Ward(seed, gateway, startMs);
  return Array.from({ length: batchesPerGateway }, (_, i) => {
    const body = zstdCompressSync(encodeBody(ward.batch(samplesPerBatch)));
    return Buffer.from(encodeFrame({ lane, compression: "zstd", epoch, sequence: i + 1 }, body));
  });
}

playPart(
  (task) => Value.Parse(LoadTask, task),
  async (task) => {
    const frames = task.credentials.map((_, gateway) => framesOf(task, gateway));
    const sessions = await Promise.all(frames.map((own, gateway) => opened(task, gateway, own)));
    return async (): Promise<LoadReport> => {
      const startMs = performance.now();
      for (const [index, { sender }] of sessions.entries()) {
        if (task.batchesPerS === null) sender.fill();
        else void sender.pace(task.batchesPerS, index / sessions.length);
      }
      await Promise.race([Promise.all(sessions.map(({ sender }) => sender.done)), pause(GIVE_UP_MS)]);
      const seconds = (performance.now() - startMs) / 1_000;
      await Promise.all(sessions.map(({ mqtt }) => mqtt.endAsync(true)));
      const latenciesMs = sessions.flatMap(({ sender }) => sender.latenciesMs);
      return {
        seconds,
        committed: latenciesMs.length,
        setAside: sessions.reduce((sum, { sender }) => sum + sender.setAside, 0),
        bytes: frames.flat().reduce((sum, frame) => sum + frame.length, 0),
        latenciesMs,
      };
    };
  },
);
