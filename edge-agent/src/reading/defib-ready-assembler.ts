import {
  type DefibReadyHeader,
  type DefibReadyReport,
  type DefibReadyTest,
  reportOf,
  splitDefibReady,
} from "@wardtwin/device-profiles/codec/defib-ready";
import { fail, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { DefibReadyEvent } from "../protocol/defib-ready-framer.ts";
import type { ReadFault } from "./device.ts";

/** A report of more tests than this has lost its end. */
const TESTS_MAX = 64;

interface Begun {
  header: DefibReadyHeader;
  tests: DefibReadyTest[];
  /** What came amiss since the header. */
  fault: ReadFault | null;
}

/** What one frame, or what is none, adds to a report: the end of one, or the fault in a line of its own. */
export type Assembled =
  | { is: "report"; report: DefibReadyReport }
  | { is: "refused"; fault: ReadFault }
  | { is: "line"; what: string }
  | { is: "fault"; fault: ReadFault };

/**
 * Puts reports together from their lines: header, tests, end. A report that lost a line on the way, or whose lines do not
 * add up, is refused at its end. It keeps one report at most.
 */
export class DefibReadyAssembler {
  #begun: Begun | null = null;

  take(event: DefibReadyEvent): Assembled {
    if (event.kind === "fault") return this.#spoilt(event.code);
    const line = splitDefibReady(event.frame);
    if (!line.ok) return this.#spoilt(line.fault);
    switch (line.value.is) {
      case "header":
        this.#begun = { header: line.value.header, tests: [], fault: null };
        return { is: "line", what: "header" };
      case "test":
        return this.#take(line.value.test);
      case "end":
        return this.#end(line.value);
      case "query":
        return { is: "line", what: "request" };
    }
  }

  #take(test: DefibReadyTest): Assembled {
    if (this.#begun !== null && this.#begun.tests.length === TESTS_MAX) return this.#spoilt("codec.line-count");
    this.#begun?.tests.push(test);
    return { is: "line", what: "test" };
  }

  #end(end: { verdict: string; count: number }): Assembled {
    const begun = this.#begun;
    this.#begun = null;
    // An end without a header is the end of a report that began before this line was open, or whose header was lost.
    if (begun === null) return { is: "refused", fault: "codec.line-count" };
    const report: Result<DefibReadyReport, ReadFault> =
      begun.fault === null ? reportOf(begun.header, begun.tests, end) : fail(begun.fault);
    return report.ok ? { is: "report", report: report.value } : { is: "refused", fault: report.fault };
  }

  /** Bytes between two frames may be the line's; whatever lost a line of the report shows in its count, too. */
  #spoilt(fault: ReadFault): Assembled {
    if (this.#begun !== null && fault !== "frame.noise") this.#begun.fault ??= fault;
    return { is: "fault", fault };
  }
}
