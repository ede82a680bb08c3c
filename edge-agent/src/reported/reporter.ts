import type { DeviceSection, Subject } from "@wardtwin/device-profiles/twin-document/batch";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import type { Device } from "../reading/device.ts";
import type { Sighting } from "../reading/device-watch.ts";
import { BatchBuilder, sectionKey } from "./batch-builder.ts";
import { Teller } from "./telling.ts";

/** A known state counts on until the next batch only while its polls came in time; so many of their stale times at most. */
const STATE_HOLDS_STALE_TIMES = 2;

/** What is urgent waits so long for what is urgent at the same time, ms: a ward that loses its mains is one batch. */
const URGENT_MS = 20;

interface DeviceMemory {
  teller: Teller;
  lastState: NonNullable<DeviceSection["previousState"]>;
  who: string;
}

/**
 * Folds sightings into what is worth telling, and hands on the sections of a batch: every `batchEveryMs`, as good as at once
 * when a state, a link or a technical alarm changed, or when no more fits.
 */
export class Reporter {
  readonly #onSealed: (sections: DeviceSection[]) => void;
  #batchEveryMs: number;
  readonly #devices = new WeakMap<Device, DeviceMemory>();
  readonly #builder = new BatchBuilder();
  #timer: NodeJS.Timeout | null = null;
  #isUrgent = false;

  constructor(batchEveryMs: number, onSealed: (sections: DeviceSection[]) => void) {
    this.#batchEveryMs = batchEveryMs;
    this.#onSealed = onSealed;
  }

  /** Gathers for another time from the next batch on, ms. */
  gatherFor(batchEveryMs: number): void {
    this.#batchEveryMs = batchEveryMs;
  }

  take(sighting: Sighting): void {
    const { device } = sighting;
    const who = sighting.attachment ?? normalisedSerial(sighting.identity.serial ?? "");
    const memory = this.#devices.get(device);
    // Another device begins without a past: nothing that was told of the one before holds for it.
    const past = memory?.who === who ? memory : undefined;
    const teller = past?.teller ?? new Teller();
    const { readings, urgent } = teller.tell(sighting);

    const subject = subjectOf(sighting);
    const key = sectionKey(subject);
    if (this.#builder.isFullFor(key)) this.seal();
    this.#builder.add(key, subject, heldState(past, sighting), sighting, readings);
    const lastState = { state: sighting.operatingState, atMonoMs: sighting.atMonoMs };
    this.#devices.set(device, { teller, lastState, who });
    this.#sealSoon(urgent);
  }

  #sealSoon(urgent: boolean): void {
    if (this.#timer !== null && (this.#isUrgent || !urgent)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#isUrgent = urgent;
    this.#timer = setTimeout(() => this.seal(), urgent ? URGENT_MS : this.#batchEveryMs);
  }

  /** Hands on what is held, if anything. */
  seal(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isUrgent = false;
    if (!this.#builder.isEmpty) this.#onSealed(this.#builder.take());
  }
}

const subjectOf = ({ device, identity, attachment }: Sighting): Subject => ({
  line: device.line,
  unit: device.unit,
  profile: device.profile.id,
  profileRevision: device.profile.revision,
  identity,
  ...(attachment === null ? {} : { attachment }),
});

/** The state before this sighting, or null when too long ago for time in it to be counted. */
function heldState(past: DeviceMemory | undefined, sighting: Sighting): DeviceSection["previousState"] {
  if (past === undefined) return null;
  const { state, atMonoMs } = past.lastState;
  const staleAfterMs = Math.max(...Object.values(sighting.device.profile.polls).map((poll) => poll.staleAfterMs));
  const held = sighting.atMonoMs - atMonoMs <= STATE_HOLDS_STALE_TIMES * staleAfterMs;
  return state === "unknown" || held ? past.lastState : null;
}
