import type { Profile, ProtocolName } from "@wardtwin/device-profiles/profile/define-profile";
import type { Clock } from "../clock.ts";
import { asenaDecoder } from "./asena-decoder.ts";
import { defibReadyDecoder } from "./defib-ready-decoder.ts";
import { medibusDecoder } from "./medibus-decoder.ts";
import { orchestraDecoder } from "./orchestra-decoder.ts";
import { reportDecoder } from "./report-decoder.ts";
import type { StreamDecoder } from "./stream-decoder.ts";

/** Why there is nothing to hear on some lines, as the end of a sentence that begins with the protocol. */
const UNHEARD: Readonly<Partial<Record<ProtocolName, string>>> = {
  modbus: "cannot be read from a stream, for a reply does not say which registers it holds",
  "opc-ua": "cannot be read from a stream, for it is encrypted from end to end",
};

/** What makes readings of a stream that this profile's protocol runs over; null where a stream alone says nothing. */
export function openDecoder(profile: Profile, { clock }: { clock: Clock }): StreamDecoder | null {
  switch (profile.protocol) {
    case "puritan-bennett-sndf":
    case "puritan-bennett-snda":
      return reportDecoder(profile, clock);
    case "alaris-asena":
      return asenaDecoder(profile);
    case "draeger-medibus":
      return medibusDecoder(profile, clock);
    case "fresenius-orchestra":
      return orchestraDecoder(profile);
    case "defib-ready-serial":
      return defibReadyDecoder(profile, clock);
    case "modbus":
    case "opc-ua":
      return null;
  }
}

/** The sentence that says why a protocol has no decoder; null where it has one. */
export function whyUnheard(protocol: ProtocolName): string | null {
  const reason = UNHEARD[protocol];
  return reason === undefined ? null : `${protocol} ${reason}`;
}
