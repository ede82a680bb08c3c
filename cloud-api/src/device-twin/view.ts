import { firmwareVerdict } from "@wardtwin/device-profiles/profile/firmware";
import type { MetricMapping } from "@wardtwin/device-profiles/profile/profile";
import { codeWord, METRIC_NAMES, type MetricName, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { TwinRecord } from "./queries.ts";
import { countByClass, staleAfterMs } from "./rules.ts";
import type { Hold, TwinChip, TwinMetric, TwinView, WardMap, WardTile, WardView } from "./schema.ts";

interface WardRow {
  id: string;
  name: string;
  kind: WardTile["kind"];
  floor: number;
  orderOnFloor: number;
}

const instant = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
const UNTOLD = { word: "unknown", since: null, at: null, source: null } as const;
/** Told with every poll and shown in facts and connectivity, not among the values. */
const SHOWN_ELSEWHERE: readonly MetricName[] = ["operatingState", "deviceLink"];

/** The page of one device. `patientDerived` says whether the reader may see values that derive from a patient. */
export function twinView(twin: TwinRecord, nowMs: number, patientDerived: boolean): TwinView {
  const { present, judgement, profile, gateway } = twin;
  const times = valueTimes(twin);
  return {
    id: twin.id,
    version: present.version,
    at: new Date(nowMs).toISOString(),
    kind: twin.kind,
    manufacturer: twin.manufacturer,
    model: twin.model,
    serial: twin.serial,
    assetNumber: twin.assetNumber,
    firmware: twin.firmware,
    simulated: twin.simulated,
    identity: {
      strength: profile?.identity ?? "none",
      confirmed: identityConfirmed(twin),
      unconfirmed: unconfirmedOf(twin),
      conflict: conflictOf(twin),
    },
    profile: {
      id: twin.profileId,
      revision: present.profileRevision,
      evidence: profile?.evidence ?? { level: "none", note: "This version does not know the profile." },
      notKnown: [...(profile?.notKnown ?? [])],
      firmware: profile === null ? "not-told" : firmwareVerdict(profile.firmware, twin.firmware ?? undefined),
    },
    place: {
      ward: twin.wardId,
      wardName: twin.wardName,
      knownBy: "registry",
      since: new Date(twin.wardSinceMs).toISOString(),
    },
    facts: {
      operating: {
        word: judgement.operating,
        since: instant(present.operatingSinceMs),
        // The gateway goes on telling that it hears nothing; what counts is when the device was last heard.
        at: instant(judgement.isLive ? present.operatingAtMs : present.lastKnownAtMs),
        source: present.operatingAtMs === null ? null : "wire",
      },
      service: UNTOLD,
      hygiene: UNTOLD,
      custody: UNTOLD,
      power: powerOf(twin),
    },
    readiness: {
      availability: judgement.availability,
      because: judgement.because,
      freeAt: instant(judgement.freeAtMs),
      holds: judgement.holds,
    },
    connectivity: {
      gateway: {
        id: gateway?.id ?? null,
        name: gateway?.name ?? null,
        state: gateway?.online == null ? "unknown" : gateway.online ? "online" : "offline",
        since: instant(gateway?.onlineSinceMs ?? null),
      },
      device: { state: present.deviceLink, since: instant(present.deviceLinkSinceMs) },
      values: {
        newestAt: instant(newestMs(twin)),
        oldestAt: instant(times.length === 0 ? null : Math.min(...times)),
        stale: !isFresh(newestMs(twin), staleAfterMs(profile), nowMs),
      },
    },
    metrics: metricsOf(twin, patientDerived),
  };
}

/** When each value was read, those told elsewhere left out. */
const valueTimes = ({ metrics }: TwinRecord): number[] =>
  [...metrics]
    .filter(([metric]) => !SHOWN_ELSEWHERE.includes(metric))
    .flatMap(([, { atMs }]) => (atMs === null ? [] : [atMs]));

/**
 * When the device itself was last heard. A live poll confirms all values, told anew or not; of a silent device only the
 * time of its newest value is left, however often its gateway says that it hears nothing.
 */
function newestMs(twin: TwinRecord): number | null {
  const { present, judgement } = twin;
  if (judgement.isLive || present.deviceLink === "connected") return present.heardAtMs;
  const told = [...valueTimes(twin), ...(present.lastKnownAtMs === null ? [] : [present.lastKnownAtMs])];
  return told.length === 0 ? null : Math.max(...told);
}

const isFresh = (atMs: number | null, withinMs: number, nowMs: number) => atMs !== null && nowMs - atMs <= withinMs;

const unconfirmedOf = ({ unconfirmed }: TwinRecord): TwinView["identity"]["unconfirmed"] => {
  if (unconfirmed === null) return null;
  const { sinceMs, ...place } = unconfirmed;
  return { ...place, since: new Date(sinceMs).toISOString() };
};

const conflictOf = ({ conflict }: TwinRecord): TwinView["identity"]["conflict"] =>
  conflict === null ? null : { since: new Date(conflict.sinceMs).toISOString(), places: conflict.places };

function identityConfirmed({ profile, judgement, present }: TwinRecord): boolean | null {
  if (profile?.identity !== "self" || present.identity.serial === undefined) return null;
  return !judgement.holds.some(({ kind }) => kind === "identity");
}

/** Mains or battery, where the device tells it; a value that is no longer fresh tells nothing. */
function powerOf({ metrics, judgement }: TwinRecord): TwinView["facts"]["power"] {
  const mains = metrics.get("mainsPresent");
  const loss = metrics.get("acPowerLossAlarm");
  const told = mains?.value == null ? loss : mains;
  if (!judgement.isLive || told?.value == null) return UNTOLD;
  const onMains = told === mains ? told.value === 1 : told.value === 0;
  return { word: onMains ? "mains" : "battery", since: null, at: instant(told.atMs), source: "wire" };
}

/** A value in the device's own unit: mbar is not cm[H2O]. */
function toldValue(mapping: MetricMapping | undefined, value: number | null): TwinMetric["asTold"] {
  if (mapping?.deviceUcum === undefined || value === null) return null;
  return { value: Number((value / (mapping.scale ?? 1)).toPrecision(6)), ucum: mapping.deviceUcum };
}

function metricsOf({ metrics, judgement, present, profile }: TwinRecord, patientDerived: boolean): TwinMetric[] {
  return METRIC_NAMES.flatMap((metric) => {
    const now = metrics.get(metric);
    const { ucum, category, origin } = metricTerm(metric);
    if (now === undefined || SHOWN_ELSEWHERE.includes(metric) || (origin === "patient-derived" && !patientDerived))
      return [];
    const quality =
      judgement.isLive || now.quality === "implausible"
        ? now.quality
        : present.deviceLink === "unreachable"
          ? "unreachable"
          : "stale";
    const word = now.value === null ? null : codeWord(metric, now.value);
    const asTold = toldValue(profile?.metrics[metric], now.value);
    return [{ metric, value: now.value, word, ucum, asTold, category, origin, quality, at: instant(now.atMs) }];
  });
}

export const twinChip = (twin: TwinRecord): TwinChip => ({
  id: twin.id,
  kind: twin.kind,
  manufacturer: twin.manufacturer,
  model: twin.model,
  serial: twin.serial,
  assetNumber: twin.assetNumber,
  ward: twin.wardId,
  availability: twin.judgement.availability,
  operating: twin.judgement.operating,
  identityHold: twin.judgement.holds.find(({ kind }) => kind === "identity")?.reason ?? null,
  newestAt: instant(newestMs(twin)),
});

const counted = (twins: readonly TwinRecord[]) =>
  countByClass(twins.map(({ kind, judgement }) => ({ kind, availability: judgement.availability })));

function tileOf(ward: WardRow, twins: readonly TwinRecord[]): WardTile {
  const heard = twins.map(newestMs).filter((atMs) => atMs !== null);
  return {
    id: ward.id,
    name: ward.name,
    kind: ward.kind,
    floor: ward.floor,
    order: ward.orderOnFloor,
    classes: counted(twins),
    asOf: instant(heard.length === 0 ? null : Math.min(...heard)),
  };
}

/** The whole hospital: every ward, whether or not it has a device. */
export function wardMap(
  wards: readonly WardRow[],
  twins: readonly TwinRecord[],
  simulated: boolean,
  nowMs: number,
): WardMap {
  const byWard = Map.groupBy(twins, ({ wardId }) => wardId);
  return {
    at: new Date(nowMs).toISOString(),
    simulated,
    wards: wards.map((ward) => tileOf(ward, byWard.get(ward.id) ?? [])),
    totals: counted(twins),
    notices: noticesOf(twins),
  };
}

export function wardView(ward: WardRow, twins: readonly TwinRecord[], nowMs: number): WardView {
  return { at: new Date(nowMs).toISOString(), ward: tileOf(ward, twins), devices: twins.map(twinChip) };
}

/** The reasons that ask somebody to go there; the others end by themselves, or with a profile. */
const CALLS: readonly Hold["reason"][] = ["not-as-expected", "unconfirmed", "conflict"];

/** One cause with the number of devices it concerns: many devices behind one dead gateway are one notice. */
function noticesOf(twins: readonly TwinRecord[]): WardMap["notices"] {
  const notices = new Map<string, WardMap["notices"][number]>();
  const count = (cause: WardMap["notices"][number]["cause"], gateway: string | null) => {
    const notice = notices.get(`${cause}/${gateway}`) ?? { cause, gateway, devices: 0 };
    notice.devices += 1;
    notices.set(`${cause}/${gateway}`, notice);
  };
  for (const { gateway, present, judgement } of twins) {
    if (gateway !== null && gateway.online !== true) count("gateway-offline", gateway.id);
    else if (present.deviceLink === "unreachable") count("device-unreachable", null);
    const kinds = new Set(judgement.holds.filter(({ reason }) => CALLS.includes(reason)).map(({ kind }) => kind));
    for (const kind of kinds) count(kind, null);
  }
  return [...notices.values()].sort((a, b) => b.devices - a.devices);
}
