import { decodeSndf, splitSndf } from "@wardtwin/device-profiles/codec/sndf";
import type { SndfProfile } from "@wardtwin/device-profiles/profile/puritan-bennett-sndf";
import { fail } from "@wardtwin/device-profiles/vocabulary/result";
import type { Clock } from "../clock.ts";
import type { ByteLink } from "../link/byte-link.ts";
import { type SndfEvent, SndfFramer } from "../protocol/sndf-framer.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** Reads a Puritan Bennett ventilator: one SNDF, one report, whole or not at all. */
export function sndfReader(link: ByteLink, profile: SndfProfile, clock: Clock): DeviceReader {
  return {
    async read() {
      const asked = await orLinkFault(() => askReport(link, profile));
      if (!asked.ok) return asked;
      const report = asked.value;
      if (report.kind === "fault") return fail(report.code);
      const fields = splitSndf(report.frame);
      if (!fields.ok) return fields;
      const wallMs = clock.wallMs();
      return decodeSndf(profile, fields.value, wallMs + clock.zoneOffsetMs(wallMs));
    },
    async close() {
      link.close();
    },
  };
}

/** The first report that comes, or the fault in its place. Noise before it is no reason to give up. */
async function askReport(link: ByteLink, { wire }: SndfProfile): Promise<SndfEvent> {
  const framer = new SndfFramer();
  let last: SndfEvent | null = null;
  const take = (events: readonly SndfEvent[]): boolean => {
    // A frame ends the reply; a fault is remembered while the rest of the reply may still bring one.
    for (const event of events) if (last?.kind !== "frame") last = event;
    return last?.kind === "frame";
  };
  try {
    await link.ask("puritan-bennett.report", (bytes) => take(framer.push(bytes)), wire);
  } catch (error) {
    take(framer.finish());
    // A reply that began and broke says more than the time-out that ended it.
    if (last === null) throw error;
  }
  if (last === null) throw new Error("a reply ended without an event");
  return last;
}
