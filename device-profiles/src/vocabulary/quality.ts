/**
 * How far a value may be believed, in the order of their codes on the wire:
 * `good` as read; `stale` older than its poll allows; `implausible` outside its valid range, kept as it came;
 * `unreachable` the device did not answer, and there is no value.
 */
export const QUALITIES = ["good", "stale", "implausible", "unreachable"] as const;
export type Quality = (typeof QUALITIES)[number];
export const qualityCode = (quality: Quality): number => QUALITIES.indexOf(quality);
