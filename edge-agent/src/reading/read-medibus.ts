import { setTimeout as pause } from "node:timers/promises";
import type { Decoded } from "@wardtwin/device-profiles/codec/decoded";
import { decodeMedibus, medibusIdentity, showsPageTwo } from "@wardtwin/device-profiles/codec/medibus";
import type { MedibusProfile } from "@wardtwin/device-profiles/profile/draeger-medibus";
import type { MedibusRead } from "@wardtwin/device-profiles/profile/medibus-layout";
import type { DeviceIdentity } from "@wardtwin/device-profiles/vocabulary/identity";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { Clock } from "../clock.ts";
import type { ByteLink, Conversation } from "../link/byte-link.ts";
import { within } from "../link/within.ts";
import type { RequestName } from "../protocol/request.ts";
import type { DeviceReader, ReadFault } from "./device.ts";
import { MedibusConversation } from "./medibus-conversation.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** A host that initialises says so again at least this often until it is answered. */
const INITIALISE_EVERY_MS = 1_000;
/** After so long without a word of ours the device is told that we are still here; after 3 s it would take us for gone. */
const SILENCE_MS = 1_500;
/** After so long without a word of the device's the session is over. */
const QUIET_MS = 3_000;
const KEEP_ALIVE_CHECK_MS = 250;
/** How long the answer to our farewell is waited for. */
const FAREWELL_MS = 300;

type Command = Extract<RequestName, `draeger-medibus.command-${string}`>;

/** What the device said of itself, and after which of its restarts. */
interface Identified {
  told: DeviceIdentity;
  at: number;
  knowsPageTwo: boolean;
}

/** Reads a MEDIBUS device: a session is opened once and kept alive; each poll is all of its replies or none. */
export function medibusReader(
  linkOf: (conversation: Conversation) => ByteLink,
  profile: MedibusProfile,
  clock: Clock,
): DeviceReader {
  return new MedibusReader(linkOf, profile, clock);
}

class MedibusReader implements DeviceReader {
  readonly #profile: MedibusProfile;
  readonly #clock: Clock;
  readonly #conversation: MedibusConversation;
  readonly #link: ByteLink;
  #keepAlive: NodeJS.Timeout | null = null;
  #isUp = false;
  #isClosing = false;
  /** The endings of the conversation when the session was opened. */
  #openedAt = 0;
  #identity: Identified | null = null;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(linkOf: (conversation: Conversation) => ByteLink, profile: MedibusProfile, clock: Clock) {
    this.#profile = profile;
    this.#clock = clock;
    this.#conversation = new MedibusConversation(() => clock.monoMs());
    this.#link = linkOf(this.#conversation);
  }

  async read(_unit: string, pollName: string): Promise<Result<Decoded, ReadFault>> {
    const poll = this.#profile.polls[pollName];
    if (poll === undefined) throw new Error(`${this.#profile.id} has no poll ${pollName}`);
    const untilMs = this.#clock.monoMs() + this.#profile.wire.pollMs;
    const opened = await this.#open(untilMs);
    if (!opened.ok) return opened;
    const identity = await this.#identify(untilMs);
    if (!identity.ok) return identity;
    const answers = new Map<MedibusRead, string>();
    for (const command of poll.commands) {
      const reply = await this.#ask(`draeger-medibus.command-${command}`, untilMs);
      if (!reply.ok) return reply;
      // Whoever answers after a loss or a restart has not said who it is.
      if (!this.#isOpen() || identity.value.at !== this.#conversation.restarts) return fail("link.closed");
      answers.set(command, reply.value);
    }
    identity.value.knowsPageTwo ||= showsPageTwo(answers);
    const wallMs = this.#clock.wallMs();
    return decodeMedibus(this.#profile, answers, {
      identity: identity.value.told,
      gatewayLocalMs: wallMs + this.#clock.zoneOffsetMs(wallMs),
      knowsPageTwo: identity.value.knowsPageTwo,
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#keepAlive !== null) clearInterval(this.#keepAlive);
    if (this.#isOpen()) {
      const farewell = this.#conversation.expect(0x55);
      this.#link.tell("draeger-medibus.command-55");
      await orLinkFault(() => within(farewell.whenOver.promise, FAREWELL_MS, "the farewell was not answered"));
    }
    this.#isUp = false;
    this.#link.close();
  }

  #isOpen(): boolean {
    return this.#isUp && this.#conversation.endings === this.#openedAt && this.#conversation.quietMs <= QUIET_MS;
  }

  /** Says that we are here until the device has heard it, or the time is over. */
  async #open(untilMs: number): Promise<Result<null, ReadFault>> {
    if (this.#isOpen()) return ok(null);
    this.#isUp = false;
    this.#identity = null;
    // A wish to hear nothing that was never taken back ends with the session.
    this.#conversation.reset();
    let reply: Result<string, ReadFault> = fail("link.timeout");
    while (!reply.ok) {
      if (this.#clock.monoMs() >= untilMs) return reply;
      reply = await this.#askOnce("draeger-medibus.command-51", INITIALISE_EVERY_MS, untilMs);
      if (!reply.ok && isLineFault(reply.fault)) return reply;
    }
    this.#isUp = true;
    this.#openedAt = this.#conversation.endings;
    this.#keepAlive ??= setInterval(() => this.#stayAlive(), KEEP_ALIVE_CHECK_MS).unref();
    return ok(null);
  }

  /** Who answers. A device that begins anew while it is asked is asked again: it may be another one. */
  async #identify(untilMs: number): Promise<Result<Identified, ReadFault>> {
    while (this.#identity?.at !== this.#conversation.restarts) {
      const { restarts } = this.#conversation;
      const reply = await this.#ask("draeger-medibus.command-52", untilMs);
      if (!reply.ok) return reply;
      const told = medibusIdentity(this.#profile, reply.value);
      if (!told.ok) return told;
      this.#identity = { told: told.value, at: restarts, knowsPageTwo: false };
    }
    return ok(this.#identity);
  }

  /** The data of the reply, or the fault of the last attempt; after a silence the session is opened anew. */
  async #ask(request: Command, untilMs: number): Promise<Result<string, ReadFault>> {
    let reply: Result<string, ReadFault> = fail("link.timeout");
    const { attempts, replyMs } = this.#profile.wire;
    for (let attempt = 0; attempt < attempts && this.#clock.monoMs() < untilMs; attempt++) {
      reply = await this.#askOnce(request, replyMs, untilMs);
      if (reply.ok || isLineFault(reply.fault)) return reply;
    }
    if (!reply.ok && reply.fault === "link.timeout") this.#isUp = false;
    return reply;
  }

  async #askOnce(request: Command, replyMs: number, untilMs: number): Promise<Result<string, ReadFault>> {
    const leftMs = () => Math.max(1, untilMs - this.#clock.monoMs());
    await pause(Math.max(0, this.#askedMs + this.#profile.wire.spacingMs - this.#clock.monoMs()));
    if (!(await this.#conversation.clear(leftMs()))) return fail("link.timeout");
    if (this.#isClosing) return fail("link.closed");
    const awaited = this.#conversation.expect(Number.parseInt(request.slice(-2), 16));
    this.#askedMs = this.#clock.monoMs();
    this.#conversation.said();
    const waitMs = Math.min(replyMs, leftMs());
    const wait = { firstByteMs: waitMs, replyMs: waitMs };
    // The conversation hears every byte before this does.
    const asked = await orLinkFault(() => this.#link.ask(request, () => awaited.isOver, wait));
    this.#conversation.forget(awaited);
    if (awaited.data !== null) return ok(awaited.data);
    // What came says more than the time-out that ended the wait for it; a line that was closed says more than either.
    if (!asked.ok && asked.fault !== "link.timeout") return asked;
    return fail(awaited.fault ?? "link.timeout");
  }

  #stayAlive(): void {
    if (!this.#isOpen() || this.#conversation.isPaused || this.#conversation.silentMs < SILENCE_MS) return;
    this.#conversation.said();
    this.#link.tell("draeger-medibus.command-30");
  }
}

/** A line that is closed or refused stays so for a while: asking again at once would find nothing else. */
const isLineFault = (fault: ReadFault): boolean => fault !== "link.timeout" && fault.startsWith("link.");
