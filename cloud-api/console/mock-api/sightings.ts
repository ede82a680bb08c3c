/** Where nameless devices hang in the made-up hospital, and how a scan settles it. */
import type { DiscoveredDevice, Place, SightingTaken, UnconfirmedLine } from "../src/api/types.ts";
import { type MockTwin, makeTwin } from "./hospital.ts";

export const linesOf = (twins: readonly MockTwin[]): UnconfirmedLine[] =>
  twins.flatMap(({ id, manufacturer, model, profile, identity: { unconfirmed } }) => {
    if (unconfirmed === null) return [];
    const { since, ...place } = unconfirmed;
    return [{ place, device: id, profile: profile.id, says: `${manufacturer} ${model}`, since }];
  });

/** One pump that came with a patient from elsewhere and is in nobody's registry. */
export const discoveredAt = (nowMs: number): DiscoveredDevice[] => [
  {
    place: { gateway: "gw-west", line: "pump-rack", unit: "7" },
    profile: "wardtwin-synthetic/pump-rack-1",
    manufacturer: null,
    model: null,
    serial: "VP-30771",
    firmware: null,
    firstAt: new Date(nowMs - 52 * 60_000).toISOString(),
    lastAt: new Date(nowMs - 4_000).toISOString(),
    device: null,
    boundTo: null,
    standing: "unregistered",
  },
];

type Outcome = { taken: SightingTaken } | { refused: number; why: string };

/** Binds what a tag names to the place, as the API would: both devices of a swap are right once each was scanned. */
export function sight(twins: MockTwin[], body: string, nowMs: number): Outcome {
  const { device: tag, place }: { device: string; place: Place } = JSON.parse(body);
  const at = twins.findIndex(({ id, assetNumber, serial }) => [id, assetNumber, serial].includes(tag));
  const twin = twins[at];
  if (twin === undefined) {
    const why = `No device has the id, asset number or serial number ${tag}; check the tag, or import the device first.`;
    return { refused: 404, why };
  }
  if (twin.kind !== "defibrillator") {
    const why = `What answers on this line is read by the profile wardtwin-synthetic/defib-ready-1, and ${twin.id} is registered with ${twin.profile.id}; check the line and the tag.`;
    return { refused: 409, why };
  }
  const before = twins.find(({ identity }) => isOn(identity.unconfirmed, place));
  const its = twin.identity.unconfirmed;
  // Whoever hung there before is now thought to hang where this one came from.
  if (before !== undefined && before !== twin) before.identity.unconfirmed = its;
  twins[at] = { ...makeTwin({ ...twin.planned, scenario: "ready" }, nowMs), version: twin.version + 1 };
  return { taken: { device: twin.id, place, answers: true } };
}

const isOn = (one: Place | null, place: Place): boolean =>
  one !== null && one.gateway === place.gateway && one.line === place.line && one.unit === place.unit;
