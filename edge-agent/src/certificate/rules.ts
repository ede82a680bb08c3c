/** Of a certificate's life, both in ms since 1970-01-01 UTC. */
export interface Validity {
  notBeforeMs: number;
  notAfterMs: number;
}

/** A certificate with less than this part of its life left is followed by another one. */
const LEFT = 1 / 3;

/** Whether it is time for the next certificate. One that has ended asks for none: nobody would let it in. */
export const isRenewalDue = ({ notBeforeMs, notAfterMs }: Validity, nowMs: number): boolean =>
  nowMs < notAfterMs && notAfterMs - nowMs < (notAfterMs - notBeforeMs) * LEFT;
