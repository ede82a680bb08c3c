import { decodeDefibReady } from "@wardtwin/device-profiles/codec/defib-ready";
import type { DefibReadyProfile } from "@wardtwin/device-profiles/profile/defib-ready-serial";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import type { Clock } from "../clock.ts";
import { ByteLink, type OpenStream } from "../link/byte-link.ts";
import { DefibReadySession } from "./defib-ready-session.ts";
import type { DeviceReader } from "./device.ts";
import { gatewayTime } from "./gateway-time.ts";
import { orLinkFault } from "./or-link-fault.ts";

/**
 * Reads a defibrillator that reports its self-tests. It is asked once in a poll; what it reported by itself since the last
 * one counts as well. A poll tells the newest report, with its age at the time of the poll.
 */
export function defibReadyReader(open: OpenStream, profile: DefibReadyProfile, clock: Clock): DeviceReader {
  const session = new DefibReadySession();
  const link = new ByteLink(open, () => clock.monoMs(), session);
  return {
    async read() {
      session.ask();
      // The session hears every byte first; all that is left to ask is whether a report ended among them.
      const asked = await orLinkFault(() => link.ask("defib-ready.report", () => session.isAnswered, profile.wire));
      const report = session.take();
      if (report?.ok === true) return ok(decodeDefibReady(profile, report.value, gatewayTime(clock)));
      // What came says more than the time-out that ended the wait for it; a line that was closed says more than either.
      if (!asked.ok && asked.fault !== "link.timeout") return asked;
      return report ?? fail("link.timeout");
    },
    async close() {
      link.close();
    },
  };
}
