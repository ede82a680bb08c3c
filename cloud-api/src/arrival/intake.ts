import { decodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { Hello, Presence, type SightingAnswer, SightingReport } from "@wardtwin/device-profiles/twin-document/messages";
import { everyGateway, parseTopic, topicOf } from "@wardtwin/device-profiles/twin-document/topics";
import type { MqttClient } from "mqtt";
import { Compile } from "typebox/compile";
import type { FleetQueries } from "../fleet/queries.ts";
import type { Clock } from "../platform/clock.ts";
import { isTransient } from "../platform/database.ts";
import type { LiveBus } from "../platform/live.ts";
import type { Log } from "../platform/log.ts";
import { type Arrival, acknowledgements, type Settled } from "./rules.ts";
import type { SightingStore } from "./sighting-store.ts";
import type { ArrivalStore, OpenedGroup } from "./store.ts";

interface Deps {
  mqtt: MqttClient;
  store: ArrivalStore;
  sightings: SightingStore;
  fleet: FleetQueries;
  live: LiveBus;
  clock: Clock;
  log: Log;
}

/** Messages that wait for their group. Beyond them one is dropped unacknowledged, and its gateway sends it again. */
const WAITING_MAX = 10_000;
const WAITING_BYTES_MAX = 256 * 1024 * 1024;
const GROUP_MAX = 1_024;
/** Of compressed batches in one group; a long batch has some thirty thousand readings in 40 KB. */
const GROUP_BYTES_MAX = 4 * 1024 * 1024;
/** So many must wait before a group is opened ahead: it closes the group to what comes meanwhile. */
const AHEAD_MIN = 128;
const SMALL_MESSAGE_BYTES_MAX = 4_096;
const SIGHTINGS_BYTES_MAX = 64 * 1024;
/** After the database was out of reach. */
const RETRY_MS = 500;

const isHello = Compile(Hello);
const isPresence = Compile(Presence);
const isSightingReport = Compile(SightingReport);

/** The mouth of the cloud: hears every gateway, groups batches, and answers what was committed. */
export class Intake {
  readonly #deps: Deps;
  #waiting: Arrival[] = [];
  #waitingBytes = 0;
  #groupMax = GROUP_MAX;
  #pump: Promise<void> | null = null;
  #closing = false;
  /** What each gateway says of itself, one thing after the other: a reconnect must not be overtaken by the last will before it. */
  readonly #turns = new Map<string, Promise<void>>();
  /** Gateways whose reports of devices are being looked into. One that says more meanwhile says it again. */
  readonly #reporting = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async open(): Promise<void> {
    const { mqtt, log } = this.#deps;
    mqtt.on("message", (topic, payload, { retain }) => {
      this.#hear(topic, payload, retain).catch((error: unknown) =>
        log.warn({ err: error, topic }, "a message was not taken in"),
      );
    });
    mqtt.on("close", () => void this.#forgetOnline());
    mqtt.on("error", (error) => log.warn({ why: error.message }, "the broker refuses the cloud"));
    await mqtt.subscribeAsync({
      [everyGateway("presence")]: { qos: 1 },
      [everyGateway("hello")]: { qos: 1 },
      [everyGateway("telemetry")]: { qos: 1 },
      [everyGateway("sighting")]: { qos: 1 },
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#pump;
  }

  async #forgetOnline(): Promise<void> {
    if (this.#closing) return;
    try {
      const gateways = await this.#deps.store.forgetOnline(this.#deps.clock.nowMs());
      this.#deps.live.publish({ devices: [], gateways });
    } catch (error) {
      this.#deps.log.warn({ err: error }, "gateways could not be marked as unknown");
    }
  }

  async #hear(topic: string, payload: Uint8Array, retained: boolean): Promise<void> {
    const address = parseTopic(topic);
    const nowMs = this.#deps.clock.nowMs();
    if (address === null) return;
    // A Hello tells what a clock reads at this moment; one that a broker has kept tells a wrong time.
    if (retained && address.channel !== "presence") return;
    const gateway = (await this.#deps.fleet.index(nowMs)).gateway(address.gateway);
    if (gateway === null || gateway.siteId !== address.site) {
      this.#deps.log.warn({ topic }, "a gateway that is not in the registry speaks");
      return;
    }
    if (address.channel === "telemetry") await this.#queue(address.site, address.gateway, payload, nowMs);
    else if (address.channel === "hello")
      await this.#inTurn(address.gateway, () => this.#greet(address, payload, nowMs));
    else if (address.channel === "presence")
      await this.#inTurn(address.gateway, () => this.#presence(address.gateway, payload, nowMs));
    else if (address.channel === "sighting") await this.#sightings(address, payload, nowMs);
  }

  async #inTurn(gateway: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(gateway) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#turns.set(gateway, settled);
    await turn.finally(() => {
      if (this.#turns.get(gateway) === settled) this.#turns.delete(gateway);
    });
  }

  async #greet(address: { site: string; gateway: string }, payload: Uint8Array, nowMs: number): Promise<void> {
    const hello = parsed(isHello, payload);
    if (hello === null) return this.#deps.log.warn({ gateway: address.gateway }, "a Hello that cannot be read");
    const greeting = await this.#deps.store.greet(address.gateway, hello, nowMs);
    await this.#deps.store.setOnline(address.gateway, true, hello.agentVersion, nowMs);
    await this.#deps.store.noteOutbox(address.gateway, hello.outbox ?? null, nowMs);
    this.#deps.live.publish({ devices: [], gateways: [address.gateway] });
    this.#send(topicOf(address, "welcome"), { nonce: hello.nonce, cloudMs: this.#deps.clock.nowMs(), ...greeting });
  }

  async #presence(gateway: string, payload: Uint8Array, nowMs: number): Promise<void> {
    const presence = parsed(isPresence, payload);
    if (presence === null) return;
    await this.#deps.store.setOnline(gateway, presence.online, presence.agentVersion ?? null, nowMs);
    this.#deps.live.publish({ devices: [], gateways: [gateway] });
  }

  async #sightings(address: { site: string; gateway: string }, payload: Uint8Array, nowMs: number): Promise<void> {
    const { sightings, fleet, live, log } = this.#deps;
    const { gateway } = address;
    const report = parsed(isSightingReport, payload, SIGHTINGS_BYTES_MAX);
    if (report === null) return log.warn({ gateway }, "a report of devices that cannot be read");
    if (this.#reporting.has(gateway) || this.#closing) return;
    this.#reporting.add(gateway);
    try {
      const { answers, changed } = await sightings.take(report, address, await fleet.index(nowMs), nowMs);
      // The broker's rules first: once it is told, a gateway may use the shadows of its new devices.
      if (changed.devices.length > 0) {
        fleet.forgetIndex();
        live.publish({ ...changed, registry: true });
      }
      this.#send(topicOf(address, "settled"), { devices: answers } satisfies SightingAnswer);
    } finally {
      this.#reporting.delete(gateway);
    }
  }

  async #queue(siteId: string, gatewayId: string, message: Uint8Array, receivedAtMs: number): Promise<void> {
    const frame = decodeFrame(message);
    if (!frame.ok) {
      this.#deps.log.warn(
        { gateway: gatewayId, why: frame.fault },
        "a batch whose header cannot be read was set aside",
      );
      return this.#deps.store.keepUnreadable(gatewayId, message, frame.fault, receivedAtMs);
    }
    if (this.#closing || this.#waiting.length >= WAITING_MAX || this.#waitingBytes >= WAITING_BYTES_MAX) return;
    this.#waiting.push({ siteId, gatewayId, message, receivedAtMs, ...frame.value });
    this.#waitingBytes += message.length;
    this.#pump ??= this.#drain().finally(() => {
      this.#pump = null;
    });
  }

  /**
   * One group at a time; whatever came while it was being committed makes the next group, so that load makes larger groups.
   * Where many wait, the next group is opened while the database has the one before.
   */
  async #drain(): Promise<void> {
    let ahead: Promise<OpenedGroup> | null = null;
    // On closing, what waits is left unacknowledged: the gateways send it again.
    while ((ahead !== null || this.#waiting.length > 0) && !this.#closing) {
      const group: OpenedGroup = await (ahead ?? this.#open(this.#nextGroup()));
      ahead = this.#waiting.length >= AHEAD_MIN ? this.#open(this.#nextGroup()) : null;
      try {
        const nowMs = this.#deps.clock.nowMs();
        const settled = await this.#deps.store.settleOpened(group, await this.#deps.fleet.index(nowMs), nowMs);
        this.#groupMax = GROUP_MAX;
        this.#acknowledge(settled);
        this.#deps.live.publish({ devices: [...new Set(settled.flatMap(({ devices }) => devices))], gateways: [] });
      } catch (error) {
        await this.#afterFailure(group.arrivals, error);
      }
    }
  }

  /** A registry out of reach leaves the group closed; it is in the way of its commit too, and the group is tried again. */
  async #open(arrivals: readonly Arrival[]): Promise<OpenedGroup> {
    try {
      return await this.#deps.store.open(arrivals, await this.#deps.fleet.index(this.#deps.clock.nowMs()));
    } catch (error) {
      await this.#afterFailure(arrivals, error);
      return { arrivals: [], opened: [], refused: [] };
    }
  }

  #nextGroup(): Arrival[] {
    let [count, bytes] = [0, 0];
    for (const { message } of this.#waiting) {
      if (count === this.#groupMax || (count > 0 && bytes + message.length > GROUP_BYTES_MAX)) break;
      bytes += message.length;
      count++;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  /**
   * What the database did not take for a reason that passes is tried again in its turn: its gateway would send it again only
   * after 10 s, and might take a batch that is passed over so often for one that we cannot read. Anything else is dropped
   * unacknowledged, so that it cannot hold up all others for ever; its gateway sends it again.
   */
  async #afterFailure(group: readonly Arrival[], error: unknown): Promise<void> {
    const transient = isTransient(error);
    const why = error instanceof Error ? error.message : String(error);
    this.#deps.log.warn({ why, batches: group.length, transient }, "a group of batches must wait for the database");
    if (transient) {
      // A group that asks too much of the database comes back in halves; a batch that does so alone lets all others pass.
      this.#groupMax = Math.max(1, group.length >> 1);
      if (group.length > 1) this.#waiting.unshift(...group);
      else this.#waiting.push(...group);
      this.#waitingBytes += bytesOf(group);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }

  #acknowledge(settled: readonly Settled[]): void {
    for (const { siteId, gatewayId, ack } of acknowledgements(settled)) {
      this.#send(topicOf({ site: siteId, gateway: gatewayId }, "ack"), ack);
    }
  }

  #send(topic: string, message: object): void {
    this.#deps.mqtt.publish(topic, JSON.stringify(message), { qos: 1 }, (error) => {
      if (error) this.#deps.log.warn({ why: error.message, topic }, "an answer was not sent");
    });
  }
}

const bytesOf = (group: readonly Arrival[]) => group.reduce((sum, { message }) => sum + message.length, 0);

function parsed<Message>(
  schema: { Check(value: unknown): value is Message },
  payload: Uint8Array,
  bytesMax = SMALL_MESSAGE_BYTES_MAX,
): Message | null {
  if (payload.length > bytesMax) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return schema.Check(value) ? value : null;
  } catch {
    return null;
  }
}
