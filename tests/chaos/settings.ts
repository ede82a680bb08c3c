/** The seed of a run: CHAOS_SEED to play its moments again, else the one given, else another one each time. */
export const seedOf = (otherwise = Date.now() % 1_000_000): number => whole("CHAOS_SEED") ?? otherwise;

/** How many rounds of each case the long run has: CHAOS_ROUNDS, else 50. */
export const roundsOf = (): number => whole("CHAOS_ROUNDS") ?? 50;

function whole(name: string): number | null {
  const text = process.env[name];
  if (text === undefined || text === "") return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} is "${text}"; use a whole number from 1`);
  return value;
}
