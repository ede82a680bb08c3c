import { type OrchestraReply, splitOrchestra } from "@wardtwin/device-profiles/codec/orchestra";
import {
  ORCHESTRA_BASE,
  type OrchestraPlace,
  type OrchestraSlot,
} from "@wardtwin/device-profiles/profile/orchestra-layout";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { Conversation } from "../link/byte-link.ts";
import { ENQ, type OrchestraEvent, OrchestraFramer } from "../protocol/orchestra-framer.ts";
import type { RequestName } from "../protocol/request.ts";
import type { ReadFault } from "./device.ts";

/** Whose reply is waited for; one that reads holds fields, one that opens or closes a session holds none. */
export interface OrchestraWait {
  place: OrchestraPlace;
  withFields: boolean;
}

/**
 * What is agreed with an Orchestra base on one line, and what has to be said at once: every message is acknowledged, every
 * question whether the host is alive is answered, and what is told unasked is confirmed to whoever told it. No more is made
 * of that: the next poll asks for all of it anew.
 *
 * A line that is closed ends all sessions.
 */
export class OrchestraSession implements Conversation {
  /** Whose sessions are open, the base's among them. */
  readonly open = new Set<OrchestraPlace>();
  /** The base's word for which slots are occupied, and when it gave it. */
  modules: { slots: ReadonlySet<OrchestraSlot>; atMonoMs: number } | null = null;
  #framer = new OrchestraFramer();
  #wait: OrchestraWait | null = null;
  #reply: Result<OrchestraReply, ReadFault> | null = null;

  hear(bytes: Uint8Array): readonly RequestName[] {
    // However often it was asked: a base waits for one answer.
    const alive: RequestName[] = bytes.includes(ENQ) ? ["fresenius-orchestra.alive"] : [];
    return [...alive, ...this.#framer.push(bytes).flatMap((event) => this.#answersTo(event))];
  }

  lost(): void {
    this.open.clear();
    this.modules = null;
    this.#framer = new OrchestraFramer();
  }

  /** A request goes out: from now on the first reply that fits is the reply to it. */
  await(wait: OrchestraWait): void {
    this.#wait = wait;
    this.#reply = null;
  }

  /** Whether the wait is over: with a reply, or with the word of the other side's receiver that it did not take the request. */
  get isAnswered(): boolean {
    return this.#reply?.ok === true || this.#reply?.fault === "link.exception";
  }

  /** Ends the wait. @returns the reply, the last fault that came in its place, or null for silence */
  takeReply(): Result<OrchestraReply, ReadFault> | null {
    this.#wait = null;
    return this.#reply;
  }

  #answersTo(event: OrchestraEvent): RequestName[] {
    if (event.kind === "fault") {
      this.#note(fail(event.code));
      // Of a frame that broke off nobody knows whether it was one: its sender repeats it when no acknowledgement comes.
      return event.code === "frame.checksum" ? ["fresenius-orchestra.wrong-checksum"] : [];
    }
    if (event.frame.is === "nak") this.#note(fail("link.exception"));
    return event.frame.is === "message" ? ["fresenius-orchestra.ack", ...this.#answersToMessage(event.frame.text)] : [];
  }

  #answersToMessage(text: string): RequestName[] {
    const message = splitOrchestra(text);
    if (!message.ok) {
      this.#note(message);
      return [];
    }
    const said = message.value;
    if (said.status !== "correct" && said.status !== "incorrect") {
      return [`fresenius-orchestra.${said.place}.${said.status}-heard`];
    }
    if (this.#fits(said)) this.#note(ok(said));
    return [];
  }

  /** An error may be the base's about a module. A reply that comes late to another request is not this one's. */
  #fits(reply: OrchestraReply): boolean {
    if (this.#wait === null) return false;
    const { place, withFields } = this.#wait;
    if (reply.status === "incorrect") return reply.place === place || reply.place === ORCHESTRA_BASE;
    return reply.place === place && reply.fields.length > 0 === withFields;
  }

  /** A reply ends the wait; a fault is remembered while the rest may still bring one. */
  #note(reply: Result<OrchestraReply, ReadFault>): void {
    if (this.#wait !== null && !this.isAnswered) this.#reply = reply;
  }
}
