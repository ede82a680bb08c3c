import { fail, ok, type Result } from "../vocabulary/result.ts";
import type { CodecFault } from "./decoded.ts";

/** How one curve is sent: its code, the time between samples at multiplier 1, and what its smallest and largest number mean. */
export interface MedibusCurve {
  code: string;
  intervalUs: number;
  min: number;
  max: number;
  binMax: number;
}

/** Code 2, interval 8, minimum 5, maximum 5, largest number 3 hexadecimal digits. */
const CURVE = /^([0-9A-F ]{2})([ \d]{8})(.{5})(.{5})([0-9A-F ]{3})$/;
const CURVE_CHARS = 23;

/** Takes the reply to 53 apart. */
export function medibusCurves(data: string): Result<MedibusCurve[], CodecFault> {
  if (data.length % CURVE_CHARS !== 0) return fail("codec.field-width");
  const curves: MedibusCurve[] = [];
  for (let at = 0; at < data.length; at += CURVE_CHARS) {
    const [, code, interval, min, max, bins] = CURVE.exec(data.slice(at, at + CURVE_CHARS)) ?? [];
    if (code === undefined || bins === undefined) return fail("codec.character");
    const curve = {
      code: code.replaceAll(" ", "0"),
      intervalUs: Number(interval),
      min: Number(min),
      max: Number(max),
      binMax: Number.parseInt(bins.replaceAll(" ", "0"), 16),
    };
    if (!Object.values(curve).slice(1).every(Number.isFinite) || curve.binMax === 0) return fail("codec.character");
    curves.push(curve);
  }
  return ok(curves);
}

/** A number of 12 bits of a curve, in the curve's own unit. */
export const curveValue = ({ min, max, binMax }: MedibusCurve, raw: number): number =>
  (raw / binMax) * (max - min) + min;
