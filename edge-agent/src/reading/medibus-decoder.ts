import { decodeMedibus, medibusIdentity, showsPageTwo } from "@wardtwin/device-profiles/codec/medibus";
import { medibusIdentification } from "@wardtwin/device-profiles/codec/medibus-record";
import type { MedibusProfile } from "@wardtwin/device-profiles/profile/draeger-medibus";
import { MEDIBUS_READS, type MedibusRead } from "@wardtwin/device-profiles/profile/medibus-layout";
import type { DeviceIdentity } from "@wardtwin/device-profiles/vocabulary/identity";
import type { Clock } from "../clock.ts";
import { type MedibusEvent, type MedibusFrame, MedibusFramer } from "../protocol/medibus-framer.ts";
import type { StreamDecoder, StreamEvent } from "./stream-decoder.ts";

/** An event's place in the stream. Its bytes need not lie side by side: see MedibusFramer. */
interface Place {
  at: number;
  bytes: number;
}

const IDENTIFY = "52";
const INITIALISE = "51";
/** The number by which a host names itself, where both directions of a line are heard. */
const HOST_ID = "0161";

/** A serial line of this family has one device at its end. */
const UNIT = "1";

/**
 * Reads what a MEDIBUS device says, whoever asked it. A reply is told as it comes; what two replies say together is told by
 * the later of them, as long as the earlier one came since the last reply to the same command: within one round of whoever
 * asks.
 *
 * A device that was not heard to name itself is taken for the profile's; once another model was heard, all is a fault until
 * the profile's own names itself again.
 */
export const medibusDecoder = (profile: MedibusProfile, clock: Clock): StreamDecoder =>
  new MedibusDecoder(profile, clock);

class MedibusDecoder implements StreamDecoder {
  readonly #profile: MedibusProfile;
  readonly #clock: Clock;
  readonly #framer = new MedibusFramer();
  /** The last reply to each command, the latest last. */
  readonly #answers = new Map<MedibusRead, string>();
  #identity: DeviceIdentity | "another" = {};
  #knowsPageTwo = false;

  constructor(profile: MedibusProfile, clock: Clock) {
    this.#profile = profile;
    this.#clock = clock;
  }

  push(chunk: Uint8Array): StreamEvent[] {
    return this.#framer.push(chunk).map((event) => this.#streamEvent(event));
  }

  finish(): StreamEvent[] {
    return this.#framer.finish().map((event) => this.#streamEvent(event));
  }

  #streamEvent(event: MedibusEvent): StreamEvent {
    if (event.kind === "fault") return event;
    const { frame, at, bytes } = event;
    if (frame.kind === "command" && codeOf(frame) === INITIALISE) this.#beginAnew();
    if (frame.kind === "response") {
      const code = codeOf(frame);
      const read = MEDIBUS_READS.find((name) => name === code);
      if (read !== undefined) return this.#answered(read, frame.data, { at, bytes });
      if (code === IDENTIFY && frame.data !== "") return this.#named(frame.data, { at, bytes });
    }
    return { kind: "other", at, bytes, what: whatIs(frame) };
  }

  /** Whoever speaks now has not said who it is, and does not speak for what was said before. */
  #beginAnew(): void {
    this.#answers.clear();
    this.#identity = {};
    this.#knowsPageTwo = false;
  }

  #named(data: string, place: Place): StreamEvent {
    const named = medibusIdentification(data);
    if (named.ok && named.value.id === HOST_ID) return { kind: "other", ...place, what: "identification of the host" };
    const told = medibusIdentity(this.#profile, data);
    if (!told.ok || !this.#isStill(told.value)) this.#beginAnew();
    this.#identity = told.ok ? told.value : "another";
    if (!told.ok) return { kind: "fault", ...place, code: told.fault };
    const decoded = { identity: told.value, operatingState: null, readings: [] };
    return { kind: "heard", ...place, unit: UNIT, decoded };
  }

  #isStill({ model, firmware }: DeviceIdentity): boolean {
    return this.#identity !== "another" && this.#identity.model === model && this.#identity.firmware === firmware;
  }

  #answered(read: MedibusRead, data: string, place: Place): StreamEvent {
    if (this.#identity === "another") return { kind: "fault", ...place, code: "codec.model" };
    this.#keep(read, data);
    this.#knowsPageTwo ||= showsPageTwo(this.#answers);
    const wallMs = this.#clock.wallMs();
    const decoded = decodeMedibus(this.#profile, this.#answers, {
      identity: this.#identity,
      gatewayLocalMs: wallMs + this.#clock.zoneOffsetMs(wallMs),
      knowsPageTwo: this.#knowsPageTwo,
      news: read,
    });
    if (decoded.ok) return { kind: "heard", ...place, unit: UNIT, decoded: decoded.value };
    // What cannot be read now would spoil every reply after it.
    this.#answers.delete(read);
    return { kind: "fault", ...place, code: decoded.fault };
  }

  /** Lets go of what came before the last reply to this command, that one included. */
  #keep(read: MedibusRead, data: string): void {
    if (this.#answers.has(read)) {
      for (const earlier of this.#answers.keys()) {
        this.#answers.delete(earlier);
        if (earlier === read) break;
      }
    }
    this.#answers.set(read, data);
  }
}

const codeOf = ({ code }: { code: number }): string => code.toString(16).toUpperCase().padStart(2, "0");

/** What a frame is, without a word of what it holds. */
function whatIs(frame: MedibusFrame): string {
  switch (frame.kind) {
    case "command":
      return `command ${codeOf(frame)}`;
    case "response":
      return `response to ${codeOf(frame)}`;
    case "realtime":
      return "curves";
    case "pause":
    case "resume":
      return frame.kind;
  }
}
