import type { Conversation } from "../link/byte-link.ts";
import { within } from "../link/within.ts";
import { MEDIBUS_NAK, type MedibusEvent, MedibusFramer } from "../protocol/medibus-framer.ts";
import { medibusAnswer, type RequestName } from "../protocol/request.ts";
import type { ReadFault } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** Answers that wait while the device wants to hear nothing. One that asks for more meanwhile is out of order. */
const ANSWERS_MAX = 16;
const INITIALISE = 0x51;
const STOP = 0x55;

/** A reply that is waited for. */
export interface Awaited {
  readonly code: number;
  data: string | null;
  /** What came in its place. */
  fault: ReadFault | null;
  /** It came, or the device says that the command came corrupt. */
  isOver: boolean;
  readonly whenOver: PromiseWithResolvers<void>;
}

/**
 * What goes on between a MEDIBUS device and us beside our requests: each command of the device's is answered at once, and
 * a wish to be left in peace (DC3) is heeded until it is taken back (DC1).
 */
export class MedibusConversation implements Conversation {
  readonly #monoMs: () => number;
  readonly #awaited = new Set<Awaited>();
  #framer = new MedibusFramer();
  #answers: RequestName[] = [];
  #paused: PromiseWithResolvers<void> | null = null;
  #heardMs = Number.NEGATIVE_INFINITY;
  #saidMs = Number.NEGATIVE_INFINITY;
  #endings = 0;
  #restarts = 0;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  /** How often the line was lost, or the device took leave: what was agreed on before no longer holds. */
  get endings(): number {
    return this.#endings;
  }

  /** How often the device began anew: whoever speaks now has not said who it is. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Since the last whole command or response. */
  get quietMs(): number {
    return this.#monoMs() - this.#heardMs;
  }

  /** Since we last said anything. */
  get silentMs(): number {
    return this.#monoMs() - this.#saidMs;
  }

  get isPaused(): boolean {
    return this.#paused !== null;
  }

  said(): void {
    this.#saidMs = this.#monoMs();
  }

  expect(code: number): Awaited {
    const awaited = { code, data: null, fault: null, isOver: false, whenOver: Promise.withResolvers<void>() };
    this.#awaited.add(awaited);
    return awaited;
  }

  forget(awaited: Awaited): void {
    this.#awaited.delete(awaited);
  }

  /** Waits while the device wants to hear nothing; false when it still does after that time. */
  async clear(waitMs: number): Promise<boolean> {
    const paused = this.#paused;
    if (paused === null) return true;
    return (await orLinkFault(() => within(paused.promise, waitMs, "the device takes no data"))).ok;
  }

  hear(bytes: Uint8Array): readonly RequestName[] {
    for (const event of this.#framer.push(bytes)) this.#take(event);
    if (this.#paused !== null || this.#answers.length === 0) return [];
    this.said();
    return this.#answers.splice(0);
  }

  lost(): void {
    this.#endings++;
    this.reset();
  }

  /** Forgets what was half heard, and that the device wanted to hear nothing. */
  reset(): void {
    this.#framer = new MedibusFramer();
    this.#answers = [];
    this.#resume();
  }

  #take(event: MedibusEvent): void {
    if (event.kind === "fault") {
      if (event.code === "frame.command") this.#answer(MEDIBUS_NAK);
      for (const awaited of this.#awaited) awaited.fault = event.code;
      return;
    }
    const { frame } = event;
    switch (frame.kind) {
      case "command":
        this.#heardMs = this.#monoMs();
        if (frame.code === INITIALISE) this.#restarts++;
        if (frame.code === STOP) this.#endings++;
        this.#answer(frame.code);
        break;
      case "response":
        this.#heardMs = this.#monoMs();
        for (const awaited of this.#awaited) reply(awaited, frame.code, frame.data);
        break;
      case "pause":
        this.#paused ??= Promise.withResolvers<void>();
        break;
      case "resume":
        this.#resume();
        break;
      case "realtime":
    }
  }

  #answer(code: number): void {
    const name = medibusAnswer(code);
    if (name !== null && this.#answers.length < ANSWERS_MAX) this.#answers.push(name);
  }

  #resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }
}

function reply(awaited: Awaited, code: number, data: string): void {
  if (code === MEDIBUS_NAK) awaited.fault = "codec.command";
  else if (code === awaited.code) awaited.data = data;
  else return;
  awaited.isOver = true;
  awaited.whenOver.resolve();
}
