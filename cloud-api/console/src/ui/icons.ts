/** One icon for each kind and state, told apart by its outline alone: a page must read in greyscale. */
import {
  IconActivity,
  IconAlertTriangle,
  IconBan,
  IconBattery1,
  IconBodyScan,
  IconBuildingHospital,
  IconBuildingWarehouse,
  IconCircleCheck,
  IconClipboardX,
  IconDropletHalf2,
  IconEye,
  IconFingerprint,
  IconGauge,
  IconHeartBolt,
  IconHelp,
  IconLungs,
  IconPlugConnectedX,
  IconPower,
  IconProgressCheck,
  IconRouterOff,
  IconTool,
  IconZzz,
  type TablerIcon,
} from "@tabler/icons-react";
import type { Availability, DeviceKind, Hold, NoticeCause, OperatingState, WardKind } from "../api/types.ts";

export const kindIcon = {
  ventilator: IconLungs,
  "infusion-pump": IconDropletHalf2,
  defibrillator: IconHeartBolt,
  imaging: IconBodyScan,
  "medical-gas": IconGauge,
} as const satisfies Record<DeviceKind, TablerIcon>;

export const availabilityIcon = {
  "in-use": IconActivity,
  ready: IconCircleCheck,
  "to-verify": IconEye,
  blocked: IconBan,
  unknown: IconHelp,
} as const satisfies Record<Availability, TablerIcon>;

export const operatingIcon = {
  "in-use": IconActivity,
  standby: IconZzz,
  off: IconPower,
  "self-test": IconProgressCheck,
  unknown: IconHelp,
} as const satisfies Record<OperatingState, TablerIcon>;

export const noticeIcon = {
  "gateway-offline": IconRouterOff,
  "device-unreachable": IconPlugConnectedX,
  fault: IconAlertTriangle,
  "self-test": IconClipboardX,
  battery: IconBattery1,
  identity: IconFingerprint,
} as const satisfies Record<NoticeCause, TablerIcon>;

export const wardIcon = {
  ward: IconBuildingHospital,
  store: IconBuildingWarehouse,
  workshop: IconTool,
} as const satisfies Record<WardKind, TablerIcon>;

/** How much a state asks of somebody: nothing, a look, or a deed. Colour follows from this alone. */
export type Tone = "calm" | "look" | "act";

export const availabilityTone = {
  "in-use": "calm",
  ready: "calm",
  "to-verify": "look",
  blocked: "act",
  // Hatched rather than coloured: the notice of its cause is what asks for work.
  unknown: "calm",
} as const satisfies Record<Availability, Tone>;

export const noticeTone = {
  "gateway-offline": "act",
  "device-unreachable": "look",
  fault: "act",
  "self-test": "act",
  battery: "act",
  identity: "act",
} as const satisfies Record<NoticeCause, Tone>;

/** A doubt about which device it is asks for a deed at the device; one about its software, for a look at its profile. */
export const identityTone = {
  "not-as-expected": "act",
  missing: "look",
  expired: "look",
  unconfirmed: "act",
  unverified: "look",
  conflict: "act",
} as const satisfies Record<Hold["reason"], Tone>;
