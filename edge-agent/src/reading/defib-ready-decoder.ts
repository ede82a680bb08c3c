import { type DefibReadyReport, decodeDefibReady, newerReport } from "@wardtwin/device-profiles/codec/defib-ready";
import type { DefibReadyProfile } from "@wardtwin/device-profiles/profile/defib-ready-serial";
import type { Clock } from "../clock.ts";
import { type DefibReadyEvent, DefibReadyFramer } from "../protocol/defib-ready-framer.ts";
import { DefibReadyAssembler } from "./defib-ready-assembler.ts";
import { gatewayTime } from "./gateway-time.ts";
import type { StreamDecoder, StreamEvent } from "./stream-decoder.ts";

/** A serial line of this kind has one defibrillator at its end. */
const UNIT = "1";

/**
 * Reads the reports in a stream that another host asks for, or in a captured one. A report is heard at its end; one that is
 * older than a report heard before says nothing new.
 */
export function defibReadyDecoder(profile: DefibReadyProfile, clock: Clock): StreamDecoder {
  const framer = new DefibReadyFramer();
  const assembler = new DefibReadyAssembler();
  let newest: DefibReadyReport | null = null;

  function told(event: DefibReadyEvent): StreamEvent {
    const { at, bytes } = event;
    const assembled = assembler.take(event);
    switch (assembled.is) {
      case "line":
        return { kind: "other", at, bytes, what: assembled.what };
      case "fault":
      case "refused":
        return { kind: "fault", at, bytes, code: assembled.fault };
      case "report": {
        const { report } = assembled;
        newest = newerReport(newest, report);
        if (newest !== report) return { kind: "other", at, bytes, what: "older report" };
        return { kind: "heard", at, bytes, unit: UNIT, decoded: decodeDefibReady(profile, report, gatewayTime(clock)) };
      }
    }
  }

  return {
    push: (chunk) => framer.push(chunk).map(told),
    finish: () => framer.finish().map(told),
  };
}
