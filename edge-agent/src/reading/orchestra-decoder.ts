import { decodeOrchestra, splitOrchestra } from "@wardtwin/device-profiles/codec/orchestra";
import type { OrchestraProfile } from "@wardtwin/device-profiles/profile/fresenius-orchestra";
import { ORCHESTRA_BASE } from "@wardtwin/device-profiles/profile/orchestra-layout";
import { type OrchestraEvent, OrchestraFramer } from "../protocol/orchestra-framer.ts";
import type { StreamDecoder, StreamEvent } from "./stream-decoder.ts";

const CONTROL = { ack: "acknowledgement", nak: "refusal", enq: "keep-alive", dc4: "keep-alive" } as const;
/** Two letters, with or without a slot before them: what another master asks, where both directions are heard. */
const REQUEST = /^\d?[A-Z]{2}(?:;|$)/;

/**
 * Reads what a base and its modules say while another master asks, or in a captured stream. The letters of variables are
 * taken for those of LE: an adjustment has letters of its own, and is passed over.
 */
export function orchestraDecoder(profile: OrchestraProfile): StreamDecoder {
  const framer = new OrchestraFramer();
  const told = (event: OrchestraEvent) => toldBy(event, profile);
  return {
    push: (chunk) => framer.push(chunk).map(told),
    finish: () => framer.finish().map(told),
  };
}

function toldBy(event: OrchestraEvent, profile: OrchestraProfile): StreamEvent {
  if (event.kind === "fault") return event;
  const { at, bytes, frame } = event;
  const other = (what: string): StreamEvent => ({ kind: "other", at, bytes, what });
  if (frame.is !== "message") return other(CONTROL[frame.is]);
  const message = splitOrchestra(frame.text);
  if (!message.ok)
    return REQUEST.test(frame.text) ? other("request") : { kind: "fault", at, bytes, code: message.fault };
  const { status, place } = message.value;
  if (status === "incorrect") return other("error");
  if (status === "adjustment") return other("adjustment");
  if (place === ORCHESTRA_BASE) return other("base");
  const decoded = decodeOrchestra(profile, message.value.fields);
  const isEmpty = decoded.operatingState === null && decoded.readings.length === 0 && decoded.clinical?.length === 0;
  return isEmpty ? other("reply without values") : { kind: "heard", at, bytes, unit: place, decoded };
}
