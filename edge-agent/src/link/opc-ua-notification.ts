import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";

/** What a subscription told at once: the values that changed, or in a keep-alive none. */
export interface Notification {
  subscriptionId: number;
  sequenceNumber: number;
  isKeepAlive: boolean;
  /** By the numbers under which the variables are watched. */
  changes: readonly { handle: number; value: OpcUaValue }[];
  /** Why the server ended the subscription, or null. */
  ended: string | null;
}

/** A subscription as the server granted it. */
export interface Granted {
  subscriptionId: number;
  publishingMs: number;
  /** After so many intervals without a change it says that it lives. */
  keepAliveCount: number;
}

/** So many publishing intervals may pass without a sign of life. */
export const SILENT_INTERVALS_MAX = 3;
const SEQUENCE_NUMBER_MAX = 0xffff_ffff;

/**
 * Whether silence on a granted subscription means anything: it does where the server speaks at least in every other
 * interval, and its interval is not so much longer than the wished one that values would be old.
 */
export const isLively = ({ publishingMs, keepAliveCount }: Granted, wishedPublishingMs: number): boolean =>
  keepAliveCount < SILENT_INTERVALS_MAX && publishingMs <= SILENT_INTERVALS_MAX * wishedPublishingMs;

/**
 * The sequence number that the next notification must bear, or null when one before this was lost, and with it a change
 * that nobody will tell again (OPC 10000-4, 7.25: a keep-alive bears the number of the next notification and does not
 * use it up; after the largest number comes 1).
 *
 * @param expected null before the first notification
 */
export function nextSequenceNumber(
  expected: number | null,
  { sequenceNumber, isKeepAlive }: Pick<Notification, "sequenceNumber" | "isKeepAlive">,
): number | null {
  if (expected !== null && sequenceNumber !== expected) return null;
  if (isKeepAlive) return sequenceNumber;
  return sequenceNumber >= SEQUENCE_NUMBER_MAX ? 1 : sequenceNumber + 1;
}
