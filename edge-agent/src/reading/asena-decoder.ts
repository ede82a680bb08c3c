import { decodeAsenaAlarm, decodeAsenaInf, splitAsena } from "@wardtwin/device-profiles/codec/asena";
import type { AsenaProfile } from "@wardtwin/device-profiles/profile/alaris-asena";
import { type AsenaEvent, AsenaFramer } from "../protocol/asena-framer.ts";
import type { StreamDecoder, StreamEvent } from "./stream-decoder.ts";

/** A serial line of this family has one pump at its end. */
const UNIT = "1";
const DECODERS = { INF: decodeAsenaInf, ALARM: decodeAsenaAlarm } as const;
const isDecoded = (command: string): command is keyof typeof DECODERS => Object.hasOwn(DECODERS, command);

/**
 * Reads the replies in a stream that somebody else asks for, or in a captured one. Each reply to INF and to ALARM is heard by
 * itself, whatever stands between them; that ALARM names nobody leaves it to whoever spoke last on the line. Requests, and
 * replies to anything else, are told by their command alone.
 */
export function asenaDecoder(profile: AsenaProfile): StreamDecoder {
  const framer = new AsenaFramer();

  function told(event: AsenaEvent): StreamEvent {
    if (event.kind === "fault") return event;
    const { at, bytes, frame } = event;
    const command = /^[A-Z][A-Z_]{0,31}/.exec(frame)?.[0] ?? "message";
    const fields = splitAsena(frame, command);
    // A command without a field is a request.
    if (!fields.ok || !isDecoded(command)) return { kind: "other", at, bytes, what: command };
    const decoded = DECODERS[command](profile, fields.value);
    return decoded.ok
      ? { kind: "heard", at, bytes, unit: UNIT, decoded: decoded.value }
      : { kind: "fault", at, bytes, code: decoded.fault };
  }

  return {
    push: (chunk) => framer.push(chunk).map(told),
    finish: () => framer.finish().map(told),
  };
}
