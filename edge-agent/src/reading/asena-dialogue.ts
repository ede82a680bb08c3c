import { type AsenaFields, splitAsena } from "@wardtwin/device-profiles/codec/asena";
import type { AsenaProfile } from "@wardtwin/device-profiles/profile/alaris-asena";
import { fail, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { ByteLink } from "../link/byte-link.ts";
import { type AsenaEvent, AsenaFramer } from "../protocol/asena-framer.ts";
import { type AsenaRequestName, asenaCommand } from "../protocol/request.ts";
import type { ReadFault } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

type Patience = Pick<AsenaProfile["wire"], "replyMs" | "attempts" | "pollMs">;

/**
 * A few requests to a pump, one after the other, that share one time limit from the dialogue's beginning.
 *
 * A request is made again when no reply to it came in time: none at all, a broken one, or one to another command. What
 * comes late is told apart by the command that it repeats, and never taken for the reply to the next request.
 */
export class AsenaDialogue {
  readonly #link: ByteLink;
  readonly #patience: Patience;
  readonly #monoMs: () => number;
  readonly #untilMs: number;

  constructor(link: ByteLink, patience: Patience, monoMs: () => number) {
    this.#link = link;
    this.#patience = patience;
    this.#monoMs = monoMs;
    this.#untilMs = monoMs() + patience.pollMs;
  }

  /** The fields of the reply, or the fault of the last attempt. */
  async ask(request: AsenaRequestName): Promise<Result<AsenaFields, ReadFault>> {
    let reply: Result<AsenaFields, ReadFault> = fail("link.timeout");
    for (let attempt = 0; attempt < this.#patience.attempts; attempt++) {
      const waitMs = Math.min(this.#patience.replyMs, this.#untilMs - this.#monoMs());
      if (waitMs <= 0) return reply;
      reply = await this.#askOnce(request, waitMs);
      // A line that is closed or refused stays so for a while: asking again at once would find nothing else.
      if (reply.ok || (reply.fault !== "link.timeout" && reply.fault.startsWith("link."))) return reply;
    }
    return reply;
  }

  async #askOnce(request: AsenaRequestName, waitMs: number): Promise<Result<AsenaFields, ReadFault>> {
    const framer = new AsenaFramer();
    const command = asenaCommand(request);
    let heard: Result<AsenaFields, ReadFault> | null = null;
    const take = (events: readonly AsenaEvent[]): boolean => {
      for (const event of events) if (heard?.ok !== true) heard = replyIn(event, command);
      return heard?.ok === true;
    };
    const wait = { firstByteMs: waitMs, replyMs: waitMs };
    const asked = await orLinkFault(() => this.#link.ask(request, (bytes) => take(framer.push(bytes)), wait));
    if (!asked.ok) take(framer.finish());
    // What came says more than the time-out that ended the wait for it; a line that was closed says more than either.
    if (!asked.ok && asked.fault !== "link.timeout") return asked;
    return heard ?? fail("link.timeout");
  }
}

const replyIn = (event: AsenaEvent, command: string): Result<AsenaFields, ReadFault> =>
  event.kind === "fault" ? fail(event.code) : splitAsena(event.frame, command);
