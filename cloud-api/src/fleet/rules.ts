import type { OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { RegistryImport } from "./schema.ts";

/** A reference of an import that leads nowhere, by where it stands and what it names; null when all lead somewhere. */
export function brokenReference(registry: RegistryImport): { where: string; what: string; id: string } | null {
  const wards = new Set(registry.wards.map(({ id }) => id));
  const gateways = new Set(registry.gateways.map(({ id }) => id));
  const devices = new Set(registry.devices.map(({ id }) => id));
  for (const { id, ward } of registry.gateways)
    if (!wards.has(ward)) return { where: `gateway ${id}`, what: "ward", id: ward };
  for (const { id, ward } of registry.devices)
    if (!wards.has(ward)) return { where: `device ${id}`, what: "ward", id: ward };
  for (const { line, unit, gateway, device } of registry.bindings) {
    const where = `binding ${line}/${unit}`;
    if (!gateways.has(gateway)) return { where, what: "gateway", id: gateway };
    if (!devices.has(device)) return { where, what: "device", id: device };
  }
  return null;
}

/** Clocks of gateways, as the cloud has measured them, differ by less than this, ms. */
export const CLOCKS_APART_MS = 5_000;
/** A gateway that has told nothing of a device for so long no longer hears it, whatever the reason, ms. */
export const SILENT_AFTER_MS = 30_000;
/** Two reports that are closer together than this are one, ms. */
export const SECOND_REPORT_AFTER_MS = 3_000;

/** What is known when a gateway reports a device that names itself; times are the cloud's, epoch ms. */
export interface Claim {
  /** The gateway that reports, and where the device is bound; null where nobody has it. */
  gateway: string;
  boundTo: string | null;
  inConflict: boolean;
  /** A person has said that the device is elsewhere, and what is heard here has gone on without a break since. */
  overruled: boolean;
  /** How the reporting gateway hears it: from when to when without a break. */
  here: { fromMs: number; toMs: number; state: OperatingState };
  /** How the gateway that it is bound to last heard it, and whether it says that it does now; null where it never has. */
  there: { toMs: number; answers: boolean; state: OperatingState } | null;
  /** When this gateway first reported it after the other one had fallen silent; null where it has not. */
  reportedMs: number | null;
  nowMs: number;
}

/** `bind`: the device is this gateway's from now on. `wait`: it stays where it is bound, and the report counts. */
export type Whereabouts = "bound" | "bind" | "wait" | "held" | "conflict";

const mayBeInUse = (state: OperatingState) => state === "in-use" || state === "unknown";

/** Whether the gateway that a device is bound to no longer hears it. */
export const isGone = ({ there, nowMs }: Pick<Claim, "there" | "nowMs">): boolean =>
  there === null || !there.answers || nowMs - there.toMs > SILENT_AFTER_MS;

/**
 * Whose a device is that a gateway reports. It moves when the gateway that it is bound to no longer hears it: by one report
 * where it is out of use, by a second one where it may be in use. An answer over there in the midst of an unbroken presence
 * here means that there are two devices with one number, or a wire that is not what it seems: nobody has it until a person
 * says which is right.
 */
export function whereabouts(claim: Claim): Whereabouts {
  const { gateway, boundTo, here, there, reportedMs, nowMs } = claim;
  if (claim.inConflict) return "conflict";
  if (boundTo === gateway) return "bound";
  if (claim.overruled) return "held";
  if (boundTo === null) return "bind";
  // One that answered there after it was last heard here may have gone back.
  if (there !== null && there.toMs > here.fromMs + CLOCKS_APART_MS && there.toMs <= here.toMs) return "conflict";
  if (!isGone(claim)) return "held";
  const isUsed = mayBeInUse(here.state) || (there !== null && mayBeInUse(there.state));
  if (!isUsed) return "bind";
  return reportedMs !== null && nowMs - reportedMs >= SECOND_REPORT_AFTER_MS ? "bind" : "wait";
}
