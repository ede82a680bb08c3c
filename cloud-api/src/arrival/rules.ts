import type { TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { type DecodedBody, decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import type { FrameHeader } from "@wardtwin/device-profiles/twin-document/frame";
import type { Acknowledgement, SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";
import type { Result } from "@wardtwin/device-profiles/vocabulary/result";

/** A message whose header has been read and checked; its body is still closed. */
export interface Arrival {
  siteId: string;
  gatewayId: string;
  header: FrameHeader;
  body: Uint8Array;
  message: Uint8Array;
  receivedAtMs: number;
}

/** As the Acknowledgement schema allows. */
const REASON_MAX = 200;

/** Sequences in any order, with repeats, as the fewest ranges, ascending, both ends included. */
export function rangesOf(sequences: readonly number[]): SequenceRange[] {
  const ranges: SequenceRange[] = [];
  for (const sequence of sequences.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && sequence <= last[1] + 1) last[1] = Math.max(last[1], sequence);
    else ranges.push([sequence, sequence]);
  }
  return ranges;
}

/** PostgreSQL's text form of an int8multirange; its upper bounds are excluded. */
export const multirangeText = (ranges: readonly SequenceRange[]): string =>
  `{${ranges.map(([from, to]) => `[${from},${to + 1})`).join(",")}}`;

/** What became of one arrival: taken in (now or before), or set aside for a reason that is kept. */
export type Outcome = { kind: "committed" } | { kind: "set-aside"; reason: string };

export interface Settled {
  arrival: Arrival;
  outcome: Outcome;
  /** The devices that it spoke of. */
  devices: string[];
}

/** One acknowledgement for each gateway and epoch, naming exactly the settled sequences. */
export function acknowledgements(
  settled: readonly Settled[],
): { siteId: string; gatewayId: string; ack: Acknowledgement }[] {
  const groups = Map.groupBy(settled, ({ arrival }) => `${arrival.gatewayId}/${arrival.header.epoch}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { siteId, gatewayId, header } = first.arrival;
    const committed = rangesOf(
      group.filter(({ outcome }) => outcome.kind === "committed").map(({ arrival }) => arrival.header.sequence),
    );
    const setAside = group.flatMap(({ arrival, outcome }) =>
      outcome.kind === "set-aside"
        ? rangesOf([arrival.header.sequence]).map((range) => ({ range, reason: outcome.reason.slice(0, REASON_MAX) }))
        : [],
    );
    return [{ siteId, gatewayId, ack: { epoch: header.epoch, committed, setAside } }];
  });
}

/**
 * Cloud time less monotonic time for one batch: as the gateway measured it; else as the cloud measured it for the same boot;
 * else by the gateway's own wall clock, which is all there is, and which is wrong where it names a time still to come.
 */
export function offsetOf(
  batch: Pick<TelemetryBatch, "cloudOffsetMs" | "anchor">,
  measuredForBootMs: number | null,
  receivedAtMs: number,
): number {
  const { wallMs, monoMs } = batch.anchor;
  return batch.cloudOffsetMs ?? measuredForBootMs ?? Math.min(wallMs, receivedAtMs) - monoMs;
}

/** Opens a body that has been decompressed, and refuses one whose word on simulation is not its gateway's. */
export function openBody(bytes: Uint8Array, gatewaySimulated: boolean): Result<DecodedBody, string> {
  const decoded = decodeBody(bytes);
  if (decoded.ok && decoded.value.batch.simulated !== gatewaySimulated) {
    const word = (simulated: boolean) => (simulated ? "simulated" : "real");
    return {
      ok: false,
      fault: `a ${word(decoded.value.batch.simulated)} batch from a ${word(gatewaySimulated)} gateway`,
    };
  }
  return decoded;
}
