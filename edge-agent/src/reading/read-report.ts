import { decodeReport, splitReport } from "@wardtwin/device-profiles/codec/puritan-bennett";
import type { ReportProfile } from "@wardtwin/device-profiles/profile/puritan-bennett";
import { REPORT_LAYOUTS } from "@wardtwin/device-profiles/profile/puritan-bennett-layout";
import { fail } from "@wardtwin/device-profiles/vocabulary/result";
import type { Clock } from "../clock.ts";
import type { ByteLink } from "../link/byte-link.ts";
import { type ReportEvent, ReportFramer } from "../protocol/report-framer.ts";
import type { RequestName } from "../protocol/request.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

const REQUEST_OF = {
  "puritan-bennett-sndf": "puritan-bennett.report",
  "puritan-bennett-snda": "puritan-bennett.settings-and-data",
} as const satisfies Record<ReportProfile["protocol"], RequestName>;

/** Reads a Puritan Bennett ventilator: one request, one report, whole or not at all. */
export function reportReader(link: ByteLink, profile: ReportProfile, clock: Clock): DeviceReader {
  return {
    async read() {
      const asked = await orLinkFault(() => askReport(link, profile));
      if (!asked.ok) return asked;
      const report = asked.value;
      if (report.kind === "fault") return fail(report.code);
      const fields = splitReport(REPORT_LAYOUTS[profile.protocol], report.frame);
      if (!fields.ok) return fields;
      const wallMs = clock.wallMs();
      return decodeReport(profile, fields.value, wallMs + clock.zoneOffsetMs(wallMs));
    },
    async close() {
      link.close();
    },
  };
}

/** The first report that comes, or the fault in its place. Noise before it is no reason to give up. */
async function askReport(link: ByteLink, { protocol, wire }: ReportProfile): Promise<ReportEvent> {
  const framer = new ReportFramer(REPORT_LAYOUTS[protocol]);
  let last: ReportEvent | null = null;
  const take = (events: readonly ReportEvent[]): boolean => {
    // A frame ends the reply; a fault is remembered while the rest of the reply may still bring one.
    for (const event of events) if (last?.kind !== "frame") last = event;
    return last?.kind === "frame";
  };
  try {
    await link.ask(REQUEST_OF[protocol], (bytes) => take(framer.push(bytes)), wire);
  } catch (error) {
    take(framer.finish());
    // A reply that began and broke says more than the time-out that ended it.
    if (last === null) throw error;
  }
  if (last === null) throw new Error("a reply ended without an event");
  return last;
}
