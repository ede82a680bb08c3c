import { decodeReport, splitReport } from "@wardtwin/device-profiles/codec/puritan-bennett";
import type { ReportProfile } from "@wardtwin/device-profiles/profile/puritan-bennett";
import { REPORT_LAYOUTS } from "@wardtwin/device-profiles/profile/puritan-bennett-layout";
import type { Clock } from "../clock.ts";
import { type ReportEvent, ReportFramer } from "../protocol/report-framer.ts";
import type { StreamDecoder, StreamEvent } from "./stream-decoder.ts";

/** A serial line of this family has one ventilator at its end. */
const UNIT = "1";
/** What another master may ask between two reports, where both directions are heard. */
const REQUESTS = /^(?:(?:SNDF|SNDA|RSET)\r)+$/;

/** Reads the reports in a stream that somebody else asks for, or in a captured one. */
export function reportDecoder(profile: ReportProfile, clock: Clock): StreamDecoder {
  const layout = REPORT_LAYOUTS[profile.protocol];
  const framer = new ReportFramer(layout);
  /** What the framer still holds: a report and the noise before it at most. */
  let held = Buffer.alloc(0);

  function told(event: ReportEvent): StreamEvent {
    const { at, bytes } = event;
    const text = held.toString("latin1", 0, bytes);
    held = held.subarray(bytes);
    if (event.kind === "fault") {
      return event.code === "frame.noise" && REQUESTS.test(text)
        ? { kind: "other", at, bytes, what: "request" }
        : event;
    }
    const fields = splitReport(layout, event.frame);
    if (!fields.ok) return { kind: "fault", at, bytes, code: fields.fault };
    const wallMs = clock.wallMs();
    const decoded = decodeReport(profile, fields.value, wallMs + clock.zoneOffsetMs(wallMs));
    if (!decoded.ok) return { kind: "fault", at, bytes, code: decoded.fault };
    return { kind: "heard", at, bytes, unit: UNIT, decoded: decoded.value };
  }

  return {
    push(chunk) {
      held = Buffer.concat([held, chunk]);
      return framer.push(chunk).map(told);
    },
    finish: () => framer.finish().map(told),
  };
}
