import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 100;

/**
 * Looks again and again until `probe` gives something, and returns it. A probe that throws counts as nothing yet; what it
 * threw last is told when the deadline passes.
 * @param what completes the sentence "waited … for"
 */
export async function eventually<Found>(
  what: string,
  probe: () => Promise<Found | null | undefined | false> | Found | null | undefined | false,
  withinMs = 20_000,
): Promise<Found> {
  const deadlineMs = performance.now() + withinMs;
  let why: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      why = error;
    }
    if (performance.now() > deadlineMs) throw new Error(`waited ${withinMs} ms for ${what}`, { cause: why });
    await sleep(EVERY_MS);
  }
}
