/** Every reason against use in words: what it is, what shows it, and who can lift it how. */
import type { Hold } from "../api/types.ts";

type Reason = Hold["reason"];

interface Evidence {
  /** The metric's name. */
  what: string;
  /** Its value or word, where one was read. */
  reading: string | null;
  /** When that was read. */
  at: string | null;
}

interface Told {
  /** The serial number or software version that the wire tells. */
  told: string | null;
  /** The serial number of the registry. */
  registered: string;
  /** Since when it is so. */
  at: string | null;
}

const title = {
  fault: "Technical fault",
  "self-test": "Self-test",
  battery: "Battery",
  identity: "Identity",
  /** A hold on identity that is about the version of its software. */
  software: "Software version",
} as const satisfies Record<Hold["kind"] | "software", string>;

const missing = ({ what }: Evidence): string => `${what} is not known.`;

const evidence = {
  "not-as-expected": ({ what, reading, at }) =>
    `${what} read ${reading ?? "other than expected"}${at ? ` at ${at}` : ""}.`,
  missing,
  expired: ({ what, reading, at }) =>
    `${what}${reading === null ? "" : ` (${reading})`} was last told ${at ? `at ${at}` : "long ago"}: too old to rely on.`,
  unconfirmed: missing,
  unverified: missing,
  conflict: missing,
} as const satisfies Record<Reason, (evidence: Evidence) => string>;

/** A hold on identity is about names and versions, not about a metric. */
const identity = {
  "not-as-expected": ({ told, registered }) =>
    `It states serial number ${told ?? "unknown"}, the registry says ${registered}: this may be another device.`,
  missing: ({ registered }) => `It has not stated its serial number yet; the registry says ${registered}.`,
  expired: ({ registered }) => `What it stated of itself is too old to rely on; the registry says ${registered}.`,
  unconfirmed: ({ at }) =>
    `Something answers in its place${at ? ` since ${at}` : ""}, and nobody has confirmed that it is this device.`,
  unverified: ({ told }) =>
    told === null
      ? "It has not told the version of its software, so its readings may not mean what its profile says."
      : `Its profile was not written for version ${told} of its software, so its readings may not mean what they seem to.`,
  conflict: ({ told, at }) =>
    `Two gateways hear a device with serial number ${told ?? "unknown"} at the same time${at ? `, found at ${at}` : ""}: one of them is another device.`,
} as const satisfies Record<Reason, (told: Told) => string>;

const engineer = "Only a biomedical engineer can lift this.";
const lift = {
  "biomedical-engineer": { fault: engineer, "self-test": engineer, battery: engineer },
  any: {
    fault: "Anyone can lift this: it ends when the device reports the fault cleared.",
    "self-test": "Anyone can lift this: it ends when the device passes its self-test.",
    battery: "Anyone can lift this: plug the device in; it ends when the battery is charged.",
  },
} as const satisfies Record<Hold["liftedBy"], Record<Exclude<Hold["kind"], "identity">, string>>;

const compare = "Only a biomedical engineer can lift this, after comparing serial numbers.";
const liftIdentity = {
  "not-as-expected": compare,
  missing: compare,
  expired: compare,
  unconfirmed: "Anyone can lift this: scan the tag of what hangs there.",
  unverified: "Only a biomedical engineer can lift this, with a profile for the device's version.",
  conflict: "Anyone can lift this: scan the tag of the device where it really hangs.",
} as const satisfies Record<Reason, string>;

/** On a device's chip, where there is room for two words. */
const identityShort = {
  "not-as-expected": "Identity doubtful",
  missing: "Identity not stated",
  expired: "Identity not stated",
  unconfirmed: "Identity unconfirmed",
  unverified: "Software unverified",
  conflict: "Heard twice",
} as const satisfies Record<Reason, string>;

export const holdWords = { title, evidence, identity, lift, liftIdentity, identityShort } as const;
