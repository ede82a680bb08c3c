import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import type { DeviceIdentity } from "@wardtwin/device-profiles/vocabulary/identity";
import {
  type MetricName,
  metricTerm,
  OPERATING_STATES,
  type OperatingState,
} from "@wardtwin/device-profiles/vocabulary/metrics";
import { QUALITIES, type Quality } from "@wardtwin/device-profiles/vocabulary/quality";

export type DeviceLink = "connected" | "unreachable" | "unknown";

/** What is known of a device right now; times in epoch ms, cloud-corrected, null where nothing was told. */
export interface Present {
  version: number;
  gatewayId: string | null;
  profile: string | null;
  profileRevision: number | null;
  identity: DeviceIdentity;
  operatingState: OperatingState;
  operatingSinceMs: number | null;
  operatingAtMs: number | null;
  /** The newest state that was one, which stays when the device falls silent. */
  lastKnownState: OperatingState | null;
  lastKnownAtMs: number | null;
  /** Since when the device has been seen out of use, breaks of up to a minute bridged. */
  idleSinceMs: number | null;
  deviceLink: DeviceLink;
  deviceLinkSinceMs: number | null;
  heardAtMs: number | null;
  /** The order of the newest thing heard: epoch and monotonic time of its gateway. */
  epoch: number;
  monoMs: number;
}

export const NOTHING_HEARD: Present = {
  version: 0,
  gatewayId: null,
  profile: null,
  profileRevision: null,
  identity: {},
  operatingState: "unknown",
  operatingSinceMs: null,
  operatingAtMs: null,
  lastKnownState: null,
  lastKnownAtMs: null,
  idleSinceMs: null,
  deviceLink: "unknown",
  deviceLinkSinceMs: null,
  heardAtMs: null,
  epoch: 0,
  monoMs: 0,
};

/** The newest that a section says of one metric. */
export interface MetricUpdate {
  metric: MetricName;
  value: number | null;
  quality: Quality;
  atMs: number;
  epoch: number;
  monoMs: number;
}

export interface Section {
  gatewayId: string;
  epoch: number;
  offsetMs: number;
  section: DeviceSection;
}

/** A device that was out of sight for longer may have been used meanwhile: its time out of use starts anew. */
const BREAK_BRIDGED_MS = 60_000;

const LINKS: readonly string[] = metricTerm("deviceLink").codes ?? [];
const isLink = (word: string | undefined): word is DeviceLink => word === "connected" || word === "unreachable";

interface Sample {
  metric: MetricName;
  value: number;
  monoMs: number;
}

/**
 * Folds what one batch says of a device into its present. Order goes by (epoch, monotonic time) of the gateway, and by cloud
 * time when another gateway speaks, from the last answer on; what is older than the present leaves it as it is.
 *
 * @returns the present after it, and the newest value of each metric that is newer than the present.
 */
export function foldSection(before: Present, arrived: Section): { present: Present; metrics: MetricUpdate[] } {
  const { section, gatewayId, epoch, offsetMs } = arrived;
  const moved = before.gatewayId !== null && before.gatewayId !== gatewayId;
  const isNewer = (monoMs: number) =>
    moved
      ? monoMs + offsetMs > (lastAnswerMs(before) ?? 0)
      : epoch > before.epoch || (epoch === before.epoch && monoMs > before.monoMs);
  const newestMonoMs = Math.max(...section.groups.map(({ timesMonoMs }) => timesMonoMs.at(-1) ?? -1), -1);
  const metrics = newestOf(arrived).filter(({ monoMs }) => !moved || isNewer(monoMs));
  if (newestMonoMs < 0 || !isNewer(newestMonoMs)) return { present: before, metrics: moved ? [] : metrics };

  const states = statesOf(section);
  let present: Present = {
    ...before,
    version: before.version + 1,
    gatewayId,
    profile: section.subject.profile,
    profileRevision: section.subject.profileRevision,
    identity: identityAfter(before, section, states, isNewer),
    heardAtMs: newestMonoMs + offsetMs,
    epoch,
    monoMs: newestMonoMs,
  };
  for (const { metric, value, monoMs } of states) {
    if (!isNewer(monoMs)) continue;
    const atMs = monoMs + offsetMs;
    present =
      metric === "deviceLink"
        ? withLink(present, LINKS[value], atMs)
        : withState(present, OPERATING_STATES[value] ?? "unknown", atMs);
  }
  return { present, metrics };
}

/** A gateway that goes on saying that it hears nothing does not stand in the way of one that hears the device. */
const lastAnswerMs = ({ deviceLink, lastKnownAtMs, deviceLinkSinceMs, heardAtMs }: Present): number | null =>
  deviceLink === "unreachable" ? (lastKnownAtMs ?? deviceLinkSinceMs) : heardAtMs;

/**
 * A device that answers says who it is with every answer: what an earlier one said of itself does not hold for it, because
 * it may be another device. One that is silent keeps the name it had.
 */
function identityAfter(
  before: Present,
  section: DeviceSection,
  states: readonly Sample[],
  isNewer: (monoMs: number) => boolean,
): DeviceIdentity {
  const answered = states.some(
    ({ metric, value, monoMs }) => metric === "deviceLink" && LINKS[value] === "connected" && isNewer(monoMs),
  );
  return answered ? section.subject.identity : { ...before.identity, ...section.subject.identity };
}

function withLink(present: Present, word: string | undefined, atMs: number): Present {
  const deviceLink: DeviceLink = isLink(word) ? word : "unknown";
  return deviceLink === present.deviceLink ? present : { ...present, deviceLink, deviceLinkSinceMs: atMs };
}

function withState(present: Present, state: OperatingState, atMs: number): Present {
  const { operatingState, operatingSinceMs, operatingAtMs, lastKnownState, lastKnownAtMs, idleSinceMs } = present;
  const goesOn = state === operatingState && operatingAtMs !== null && atMs - operatingAtMs <= BREAK_BRIDGED_MS;
  const since = goesOn && operatingSinceMs !== null ? operatingSinceMs : atMs;
  const next = { ...present, operatingState: state, operatingSinceMs: since, operatingAtMs: atMs };
  if (state === "unknown") return next;
  const bridged =
    lastKnownState !== null && lastKnownState !== "in-use" && atMs - (lastKnownAtMs ?? 0) <= BREAK_BRIDGED_MS;
  return {
    ...next,
    lastKnownState: state,
    lastKnownAtMs: atMs,
    idleSinceMs: state === "in-use" ? null : bridged && idleSinceMs !== null ? idleSinceMs : atMs,
  };
}

/** The samples of the two states that have a history of their own, in the order of time. */
function statesOf(section: DeviceSection): Sample[] {
  const samples: Sample[] = [];
  for (const { timesMonoMs, columns } of section.groups) {
    for (const { metric, values } of columns) {
      if (metric !== "operatingState" && metric !== "deviceLink") continue;
      values.forEach((value, row) => {
        if (!Number.isNaN(value)) samples.push({ metric, value, monoMs: timesMonoMs[row] ?? 0 });
      });
    }
  }
  return samples.sort((a, b) => a.monoMs - b.monoMs);
}

/** The newest of each metric; one that several groups tell is told by the group whose last row is the latest. */
function newestOf({ section, epoch, offsetMs }: Section): MetricUpdate[] {
  const newest: MetricUpdate[] = [];
  const [first] = section.groups;
  for (const group of section.groups) {
    const { timesMonoMs, columns } = group;
    const row = timesMonoMs.length - 1;
    const monoMs = timesMonoMs[row];
    if (monoMs === undefined) continue;
    const atMs = monoMs + offsetMs;
    for (const { metric, values, qualities } of columns) {
      const value = values[row] ?? Number.NaN;
      const quality = QUALITIES[qualities[row] ?? 0] ?? "implausible";
      const update = { metric, value: Number.isFinite(value) ? value : null, quality, atMs, epoch, monoMs };
      // Most sections have one group, which tells nothing twice.
      const place = group === first ? -1 : newest.findIndex((one) => one.metric === metric);
      if (place < 0) newest.push(update);
      else if ((newest[place]?.monoMs ?? -1) < monoMs) newest[place] = update;
    }
  }
  return newest;
}
