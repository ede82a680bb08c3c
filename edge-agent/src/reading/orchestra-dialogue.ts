import type { OrchestraReply } from "@wardtwin/device-profiles/codec/orchestra";
import { fail, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { ByteLink } from "../link/byte-link.ts";
import type { ReconnectGate } from "../link/reconnect-gate.ts";
import type { RequestName } from "../protocol/request.ts";
import type { ReadFault } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";
import type { OrchestraSession, OrchestraWait } from "./orchestra-session.ts";

/** A line to a base, with what is agreed on it. */
export interface OrchestraLine {
  link: ByteLink;
  session: OrchestraSession;
  /** Keeps a base that would not open its session from being asked for each of its slots. */
  gate: ReconnectGate<ReadFault>;
  monoMs: () => number;
}

interface Patience {
  replyMs: number;
  attempts: number;
  pollMs: number;
}

/**
 * A few requests to a base and its modules, one after the other, that share one time limit from the dialogue's beginning. A
 * request is made again when no reply came in time, or when the base's receiver did not take it.
 */
export class OrchestraDialogue {
  readonly #line: OrchestraLine;
  readonly #patience: Patience;
  readonly #untilMs: number;

  constructor(line: OrchestraLine, patience: Patience) {
    this.#line = line;
    this.#patience = patience;
    this.#untilMs = line.monoMs() + patience.pollMs;
  }

  /** The reply, or the fault of the last attempt. */
  async ask(request: RequestName, wait: OrchestraWait): Promise<Result<OrchestraReply, ReadFault>> {
    let reply: Result<OrchestraReply, ReadFault> = fail("link.timeout");
    for (let attempt = 0; attempt < this.#patience.attempts; attempt++) {
      const waitMs = Math.min(this.#patience.replyMs, this.#untilMs - this.#line.monoMs());
      if (waitMs <= 0) return reply;
      reply = await this.#askOnce(request, wait, waitMs);
      if (reply.ok || !mayPass(reply.fault)) return reply;
    }
    return reply;
  }

  async #askOnce(
    request: RequestName,
    wait: OrchestraWait,
    waitMs: number,
  ): Promise<Result<OrchestraReply, ReadFault>> {
    const { link, session } = this.#line;
    session.await(wait);
    // The session hears every byte first; all that is left to ask is whether the reply was among them.
    const until = { firstByteMs: waitMs, replyMs: waitMs };
    const asked = await orLinkFault(() => link.ask(request, () => session.isAnswered, until));
    const reply = session.takeReply();
    // What came says more than the time-out that ended the wait for it; a line that was closed says more than either.
    if (!asked.ok && asked.fault !== "link.timeout") return asked;
    return reply ?? fail("link.timeout");
  }
}

/** A line that is closed or refused stays so for a while: asking again at once would find nothing else. */
const mayPass = (fault: ReadFault): boolean =>
  fault === "link.timeout" || fault === "link.exception" || !fault.startsWith("link.");
