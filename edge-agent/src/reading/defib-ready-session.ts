import { type DefibReadyReport, newerReport } from "@wardtwin/device-profiles/codec/defib-ready";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { Conversation } from "../link/byte-link.ts";
import { DefibReadyFramer } from "../protocol/defib-ready-framer.ts";
import type { RequestName } from "../protocol/request.ts";
import { DefibReadyAssembler } from "./defib-ready-assembler.ts";
import type { ReadFault } from "./device.ts";

/**
 * Hears the reports of a defibrillator, asked for or not, and answers each at its end: taken when it is whole, refused when
 * it is not. The newest is kept until a newer one comes; there is never more than one.
 */
export class DefibReadySession implements Conversation {
  #framer = new DefibReadyFramer();
  #assembler = new DefibReadyAssembler();
  #newest: DefibReadyReport | null = null;
  /** A whole report came since the last one was handed out. */
  #isHeard = false;
  /** How the first report ended that came since one was asked for; null while none did. */
  #answer: "whole" | ReadFault | null = null;
  /** The last thing that came amiss since then. */
  #fault: ReadFault | null = null;

  hear(bytes: Uint8Array): readonly RequestName[] {
    const answers: RequestName[] = [];
    for (const event of this.#framer.push(bytes)) {
      const told = this.#assembler.take(event);
      if (told.is === "report") {
        this.#newest = newerReport(this.#newest, told.report);
        this.#isHeard = true;
        this.#answer ??= "whole";
        answers.push("defib-ready.report-taken");
      } else if (told.is === "refused") {
        this.#answer ??= told.fault;
        answers.push("defib-ready.report-refused");
      } else if (told.is === "fault") this.#fault = told.fault;
    }
    return answers;
  }

  /** A report that was cut off is repeated from its beginning. */
  lost(): void {
    this.#framer = new DefibReadyFramer();
    this.#assembler = new DefibReadyAssembler();
  }

  /** A report is asked for. */
  ask(): void {
    this.#answer = null;
    this.#fault = null;
  }

  get isAnswered(): boolean {
    return this.#answer !== null;
  }

  /**
   * The newest report, once the device told a whole one since the last was handed out, be it this one or an older one; else
   * what came in its place, or null for silence.
   */
  take(): Result<DefibReadyReport, ReadFault> | null {
    if (this.#isHeard && this.#newest !== null) {
      this.#isHeard = false;
      return ok(this.#newest);
    }
    const fault = this.#answer === "whole" ? null : (this.#answer ?? this.#fault);
    return fault === null ? null : fail(fault);
  }
}
