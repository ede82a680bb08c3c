import { type FuzzSubject, fuzz } from "@wardtwin/infra/test/fuzz";
import { test } from "vitest";

/** What a run of all suites has time for; the long rounds try a million inputs each. */
const FRAMER_MS = 10_000;
const DECODER_MS = 3_000;

/** Any bytes: each in one event, however they are cut; no throw, no pile, and a golden frame is found behind them. */
export function fuzzForAWhile([framer, ...decoders]: readonly FuzzSubject[]): void {
  const told = (line: string) => process.stderr.write(`${line}\n`);
  test.each([
    ...(framer === undefined ? [] : [{ subject: framer, ms: FRAMER_MS }]),
    ...decoders.map((subject) => ({ subject, ms: DECODER_MS })),
  ])("$subject.name takes any bytes", ({ subject, ms }) => {
    told(fuzz(subject, { ms }));
  });
}
