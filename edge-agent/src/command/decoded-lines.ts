import type { ClinicalAlarms } from "@wardtwin/device-profiles/codec/decoded";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { StreamEvent } from "../reading/stream-decoder.ts";
import { faultWords } from "./fault-sentence.ts";
import { toldReading } from "./told.ts";

/** More units than any line has; what further ones say is told, and their alarms are not counted. */
const UNITS_MAX = 256;

/** What is reckoned from the gateway's time. A capture does not say when it was taken, so that nothing can be said of these. */
const BY_THE_GATEWAYS_TIME: readonly string[] = ["clock-offset", "report-age", "days-until"];

/** What a stream says, as one JSON object for each reading and each fault. */
export class DecodedLines {
  readonly #profile: Profile;
  readonly #identities = new Map<string, string>();
  /** By unit and by the metric that counts them, which alarms were active when it last told of them. */
  readonly #active = new Map<string, Map<string, readonly string[]>>();
  #clinicalAlarms = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  of(event: StreamEvent): object[] {
    const { at, bytes } = event;
    if (event.kind === "other") return [];
    if (event.kind === "fault") return [{ at, bytes, fault: event.code, sentence: sentenceOf(event.code, bytes) }];
    const { unit, decoded } = event;
    if (decoded.clinical !== undefined) this.#count(unit, decoded.clinical);
    return [
      ...this.#identity(at, unit, JSON.stringify(decoded.identity)),
      ...[...stateOf(decoded.operatingState), ...decoded.readings]
        .filter(({ metric }) => this.#isTold(metric))
        .map((reading) => ({ at, unit, ...toldReading(this.#profile, reading) })),
    ];
  }

  /** What can only be said at the end of the stream. Clinical alarms are not this program's business: a number is told. */
  last(): object[] {
    const counts = Object.values(this.#profile.metrics).some((mapping) => "as" in mapping && mapping.as === "clinical");
    if (!counts) return [];
    return [{ clinicalAlarms: this.#clinicalAlarms, sentence: "clinical alarms are counted, not shown" }];
  }

  #isTold(metric: Reading["metric"]): boolean {
    const mapping = this.#profile.metrics[metric];
    return mapping === undefined || !("as" in mapping) || !BY_THE_GATEWAYS_TIME.includes(mapping.as);
  }

  /** Who speaks is told at first, and again when it is another. */
  #identity(at: number, unit: string, identity: string): object[] {
    if (identity === "{}" || this.#identities.get(unit) === identity) return [];
    if (this.#identities.size >= UNITS_MAX) this.#identities.clear();
    this.#identities.set(unit, identity);
    return [{ at, unit, identity: JSON.parse(identity) }];
  }

  /** An alarm counts when it begins, and once, although more than one metric may count it. */
  #count(unit: string, clinical: readonly ClinicalAlarms[]): void {
    const before = this.#active.get(unit) ?? new Map<string, readonly string[]>();
    if (this.#active.size >= UNITS_MAX && !this.#active.has(unit)) return;
    const known = new Set([...before.values()].flat());
    const begun = new Set(clinical.flatMap(({ active }) => active.filter((alarm) => !known.has(alarm))));
    this.#clinicalAlarms += begun.size;
    for (const { metric, active } of clinical) before.set(metric, active);
    this.#active.set(unit, before);
  }
}

function sentenceOf(code: Parameters<typeof faultWords>[0], bytes: number): string {
  return `${bytes} ${bytes === 1 ? "byte" : "bytes"}: ${faultWords(code)}`;
}

const stateOf = (state: (typeof OPERATING_STATES)[number] | null): Reading[] =>
  state === null ? [] : [{ metric: "operatingState", value: OPERATING_STATES.indexOf(state), quality: "good" }];
