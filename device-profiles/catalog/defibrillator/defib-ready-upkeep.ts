import type { CalibratedQuantity, MaintenanceTask, WearPart } from "../../src/profile/profile.ts";

/** For a figure that no maker's or standard's paper at hand confirms: the hospital puts its own in its place. */
const POLICY = "Site policy as shipped, to be replaced by the maker's figure";
const ECRI = "ECRI procedure 408, defibrillators and pacemakers: every 6 months";

/** The battery of a defibrillator; its life is the maker's to say. */
export const batteryOf = (usage: WearPart["usage"], ...shownBy: WearPart["shownBy"]): WearPart => ({
  id: "battery",
  name: "Battery",
  usage,
  life: null,
  shownBy,
  ownSerial: true,
});

/** The capacitor that holds the energy of a shock. A charge time that grows tells of it, or of the battery. */
export const capacitorOf = (usage: WearPart["usage"]): WearPart => ({
  id: "high-voltage-capacitor",
  name: "High-voltage capacitor",
  usage,
  life: null,
  shownBy: ["chargeTimeS", "testEnergyResidualPct"],
  ownSerial: false,
});

/** Pads bear their own date of expiry. */
export const PADS: WearPart = {
  id: "pads",
  name: "Defibrillation pads",
  usage: { clock: "calendar" },
  life: null,
  shownBy: ["padsExpiryD", "selfTestPads"],
  ownSerial: false,
};

export const DELIVERED_ENERGY: CalibratedQuantity = {
  id: "delivered-energy",
  name: "Delivered energy",
  ucum: "J",
  set: "testEnergySetJ",
  delivered: "testEnergyDeliveredJ",
  tolerance: {
    rule: "larger",
    relative: 0.15,
    absolute: 3,
    source: "IEC 60601-2-4: within 15 % or 3 J, whichever is larger, into 25 to 175 ohm",
  },
  interval: { value: 6, ucum: "mo", source: ECRI },
};

/** Delivered less set in the device's own test. */
export const TEST_ENERGY_RESIDUAL = {
  metric: "testEnergyResidualPct",
  delivered: "testEnergyDeliveredJ",
  set: "testEnergySetJ",
} as const;

export const DEFIBRILLATOR_MAINTENANCE: readonly MaintenanceTask[] = [
  {
    id: "performance-verification",
    name: "Inspection with performance verification",
    every: [
      { value: 6, ucum: "mo", source: ECRI },
      { value: 4_380, ucum: "h", source: `${POLICY}: half a year of operation without a pause` },
    ],
  },
];
