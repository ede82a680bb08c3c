import { COMMAND } from "./command.ts";

/** Without a whole frame for so long, or without an answer to what it said, a device takes its host for gone. */
export const QUIET_MAX_MS = 3000;
/** A device that had nothing to say for so long says that it is there. */
export const KEEP_ALIVE_MS = 2000;

/** What the device does next: answers a command that it heard, or says one of its own. */
export type Move = { kind: "answer"; code: number; data: string } | { kind: "say"; code: number };

/**
 * The device's end of a session: initialised by either side, kept by frames in both directions, and dropped after silence.
 * Without a session it answers nothing but ICC. Source: fact sheet draeger-medibus.md, sections 3 and 4; that the device
 * calls once for a new host when it has dropped one, and drops one that does not answer it, is settled here.
 */
export class Session {
  #open = false;
  #heardAtMs = 0;
  #saidAtMs = 0;
  #calling = false;
  /** Own commands that have left and wait for their answer, with the time of the first leaving. */
  readonly #unanswered = new Map<number, number>();

  get open(): boolean {
    return this.#open;
  }

  hearCommand(code: number, data: string, nowMs: number): Move[] {
    if (code === COMMAND.initialise) return [{ kind: "answer", code, data }, ...this.#start(nowMs)];
    if (!this.#open) return [];
    this.#heardAtMs = nowMs;
    if (code === COMMAND.stop) this.close();
    return [{ kind: "answer", code, data }];
  }

  hearResponse(code: number, nowMs: number): Move[] {
    this.#unanswered.delete(code);
    this.#heardAtMs = nowMs;
    return this.#calling && code === COMMAND.initialise ? this.#start(nowMs) : [];
  }

  /** A whole frame of the device has left; `command` when it was one of its own. */
  left(nowMs: number, command?: number): void {
    this.#saidAtMs = nowMs;
    if (command === undefined || !this.#open || this.#unanswered.has(command)) return;
    this.#unanswered.set(command, nowMs);
  }

  /** Lets time pass; what it says is a call for a new host when the old one is gone, or that it is still there. */
  pass(nowMs: number): Move[] {
    if (!this.#open) return [];
    const oldestMs = Math.min(this.#heardAtMs, ...this.#unanswered.values());
    if (nowMs - oldestMs > QUIET_MAX_MS) return this.restart();
    if (nowMs - this.#saidAtMs < KEEP_ALIVE_MS) return [];
    this.#saidAtMs = nowMs;
    return [{ kind: "say", code: COMMAND.keepAlive }];
  }

  /** Forgets the host and calls for one. */
  restart(): Move[] {
    this.close();
    this.#calling = true;
    return [{ kind: "say", code: COMMAND.initialise }];
  }

  close(): void {
    this.#open = false;
    this.#calling = false;
    this.#unanswered.clear();
  }

  #start(nowMs: number): Move[] {
    this.close();
    this.#open = true;
    this.#heardAtMs = nowMs;
    this.#saidAtMs = nowMs;
    return [{ kind: "say", code: COMMAND.identify }];
  }
}
