import type { TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { encodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { Acknowledgement, type Hello, SightingAnswer, Welcome } from "@wardtwin/device-profiles/twin-document/messages";
import type { DOWNLINK_CHANNELS } from "@wardtwin/device-profiles/twin-document/topics";
import type { Static, TSchema } from "typebox";
import Value from "typebox/value";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { betterOffset, type CloudOffset } from "./cloud-offset.ts";
import type { Session } from "./mqtt-session.ts";
import type { WaitingBatch } from "./outbox.ts";
import { pack } from "./pack.ts";
import type { SafeOutbox } from "./safe-outbox.ts";
import { IN_FLIGHT_MAX, SendWindow } from "./send-window.ts";
import type { SightingReports } from "./sighting-reports.ts";

/** How often the clocks are compared while all is well, and how soon a Hello without an answer is said again, ms. */
const HELLO_EVERY_MS = 5 * 60_000;
const HELLO_AGAIN_MS = 5_000;
/** How often batches without an acknowledgement are looked for, and devices are reported, ms. */
const LOOK_EVERY_MS = 1_000;

export interface UplinkDeps {
  session: Session;
  outbox: SafeOutbox;
  sightings: SightingReports;
  clock: Clock;
  random: Random;
  log: Log;
  agentVersion: string;
  /** Called once, when the cloud has answered for the first time. */
  onFirstWelcome(): void;
}

/**
 * Carries batches to the cloud: into the outbox first, then out as far as the window allows, until the cloud says that
 * it has them. Nothing is sent on a connection before its first Welcome.
 */
export class Uplink {
  readonly #deps: UplinkDeps;
  #window = new SendWindow();
  #welcomed = false;
  #everWelcomed = false;
  #cloudOffset: CloudOffset | null = null;
  /** The Hello that waits for its answer. */
  #asked: { nonce: string; monoMs: number } | null = null;
  #helloTimer: NodeJS.Timeout | null = null;
  #lookTimer: NodeJS.Timeout | null = null;

  constructor(deps: UplinkDeps) {
    this.#deps = deps;
  }

  /** Cloud time less monotonic time as last measured in this boot, ms; null before the first answer. */
  get cloudOffsetMs(): number | null {
    return this.#cloudOffset?.offsetMs ?? null;
  }

  start(): void {
    this.#deps.session.start({
      onUp: () => this.#hello(),
      onDown: () => this.#down(),
      onMessage: (channel, payload) => this.#hear(channel, payload),
    });
    this.#lookTimer = setInterval(() => {
      this.#pump();
      this.#report();
    }, LOOK_EVERY_MS);
  }

  /** Writes a batch to the outbox and sends it when its turn comes. */
  take(batch: TelemetryBatch): void {
    const { bodies, tooLarge } = pack(batch);
    if (tooLarge > 0) this.#deps.log.error({ devices: tooLarge }, "sections too large for any message were left out");
    for (const body of bodies) this.#deps.outbox.append(body);
    this.#deps.outbox.thin((waiting) => this.#window.has(waiting));
    this.#pump();
  }

  /** Waits until everything is acknowledged, but no longer than this. */
  async flush(mostMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, mostMs);
    const look = setInterval(() => {
      if (!this.#welcomed || this.#deps.outbox.stock.waiting === 0) resolve();
    }, 20);
    await promise;
    clearTimeout(late);
    clearInterval(look);
  }

  async stop(offline: string): Promise<void> {
    if (this.#lookTimer !== null) clearInterval(this.#lookTimer);
    const { session } = this.#deps;
    // The last will is not sent after a good-bye, so the gateway says it itself.
    await session.publish("presence", offline, { retain: true }).catch(() => {});
    this.#down();
    await session.stop();
    this.#deps.outbox.close();
  }

  #hear(channel: (typeof DOWNLINK_CHANNELS)[number], payload: Uint8Array): void {
    if (channel === "welcome") this.#welcome(payload);
    else if (channel === "ack") this.#acknowledge(payload);
    else this.#settled(payload);
  }

  /** Devices that nobody has said are this gateway's; what does not get out is said again in its turn. */
  #report(): void {
    if (!this.#welcomed) return;
    const { sightings, clock, session, log } = this.#deps;
    const report = sightings.due(clock.monoMs());
    if (report === null) return;
    session
      .publish("sighting", JSON.stringify(report))
      .catch((reason) => log.debug({ reason: String(reason) }, "no sighting"));
  }

  #settled(payload: Uint8Array): void {
    const { sightings, clock, log } = this.#deps;
    const answer = messageOf(SightingAnswer, payload);
    if (answer === null) {
      log.warn("an answer to a sighting that cannot be read");
      return;
    }
    sightings.answered(answer, clock.monoMs());
    for (const { line, unit, serial, verdict } of answer.devices) {
      if (verdict !== "bound") log.info({ line, unit, serial, verdict }, "a device that is not this gateway's");
    }
  }

  #down(): void {
    this.#welcomed = false;
    this.#deps.sightings.all(this.#deps.clock.monoMs());
    this.#asked = null;
    this.#deps.outbox.wereSent(this.#window.clear());
    if (this.#helloTimer !== null) clearTimeout(this.#helloTimer);
    this.#helloTimer = null;
  }

  #hello(): void {
    const { clock, random, outbox, session, agentVersion, log } = this.#deps;
    const nonce = random.id();
    const monoMs = clock.monoMs();
    const { bootId } = clock;
    const { databaseId } = outbox;
    const hello: Hello = {
      nonce,
      outboxId: outbox.id,
      epoch: outbox.epoch,
      bootId,
      monoMs,
      wallMs: clock.wallMs(),
      agentVersion,
      outbox: outbox.counts(),
      ...(databaseId === null ? {} : { databaseId }),
    };
    this.#asked = { nonce, monoMs };
    session
      .publish("hello", JSON.stringify(hello))
      .catch((reason) => log.debug({ reason: String(reason) }, "no hello"));
    this.#helloAgain(HELLO_AGAIN_MS);
  }

  #helloAgain(afterMs: number): void {
    if (this.#helloTimer !== null) clearTimeout(this.#helloTimer);
    this.#helloTimer = setTimeout(() => this.#hello(), afterMs);
  }

  #welcome(payload: Uint8Array): void {
    const { clock, outbox, log, onFirstWelcome } = this.#deps;
    const nowMs = clock.monoMs();
    const welcome = messageOf(Welcome, payload);
    if (welcome === null || welcome.nonce !== this.#asked?.nonce) {
      log.warn("a welcome that answers no hello of ours");
      return;
    }
    const { cloudMs } = welcome;
    const exchange = { askedMonoMs: this.#asked.monoMs, answeredMonoMs: nowMs, cloudMs };
    this.#cloudOffset = betterOffset(this.#cloudOffset, exchange);
    this.#asked = null;
    this.#helloAgain(HELLO_EVERY_MS);
    this.#meet(welcome);
    if (outbox.raiseEpoch(welcome.epochMin)) {
      log.warn({ epoch: outbox.epoch }, "the cloud knows a later epoch of this gateway; the outbox moved beyond it");
      // Another start of the numbers: what was held against the old ones is held against nothing now.
      this.#window = new SendWindow();
    }
    this.#welcomed = true;
    if (!this.#everWelcomed) onFirstWelcome();
    this.#everWelcomed = true;
    this.#pump();
  }

  /** A restored database asks for what it has lost. */
  #meet({ databaseId, held = [], epochMin }: Welcome): void {
    if (databaseId === undefined) return;
    const { outbox, log } = this.#deps;
    const offered = outbox.meet(databaseId, held, epochMin);
    if (offered > 0)
      log.warn({ batches: offered }, "the cloud has another database; what it does not hold is sent again");
  }

  #acknowledge(payload: Uint8Array): void {
    const { outbox, log } = this.#deps;
    const acknowledgement = messageOf(Acknowledgement, payload);
    if (acknowledgement === null) {
      log.warn("an acknowledgement that cannot be read");
      return;
    }
    const { epoch, committed, setAside } = acknowledgement;
    for (const { range, reason } of setAside) log.warn({ epoch, range, reason }, "the cloud set batches aside");
    const ranges = [...committed, ...setAside.map(({ range }) => range)];
    outbox.acknowledge(epoch, ranges);
    this.#window.acknowledged(epoch, ranges);
    this.#pump();
  }

  #pump(): void {
    if (!this.#welcomed) return;
    const { outbox, clock, log } = this.#deps;
    const { expired, hopeless } = this.#window.expire(clock.monoMs());
    outbox.wereSent(expired);
    for (const batch of hopeless) {
      outbox.quarantine(batch);
      log.error(
        batch,
        "the cloud never acknowledged a batch while it did those sent after it; it is kept, and sent no more",
      );
    }
    let { room } = this.#window;
    if (room <= 0) return;
    // The first IN_FLIGHT_MAX in order hold enough that are not on their way yet to fill the room.
    for (const batch of outbox.waiting(IN_FLIGHT_MAX)) {
      if (room === 0) return;
      if (this.#window.has(batch)) continue;
      this.#send(batch);
      room--;
    }
  }

  #send(batch: WaitingBatch): void {
    const { outbox, clock, session, log } = this.#deps;
    const body = outbox.body(batch);
    if (body === null) return;
    const frame = encodeFrame({ ...batch, compression: "zstd" }, body);
    this.#window.sent(batch, clock.monoMs());
    session.publish("telemetry", frame).catch((reason) => {
      // It may have arrived all the same; the cloud recognises repeats by their numbers.
      log.debug({ reason: String(reason) }, "a batch did not get out");
    });
  }
}

function messageOf<Schema extends TSchema>(schema: Schema, payload: Uint8Array): Static<Schema> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return Value.Check(schema, value) ? value : null;
  } catch {
    return null;
  }
}
