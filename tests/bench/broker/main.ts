/** `./x node tests/bench/broker/main.ts`: how soon a revocation and a binding act, on each broker. */
import { measureDelays } from "./delays.ts";

const ROUNDS = 20;

const told = (name: string, values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = ((sorted[ROUNDS / 2 - 1] ?? 0) + (sorted[ROUNDS / 2] ?? 0)) / 2;
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  return `${name} median ${middle.toFixed(0)} ms, ${least.toFixed(0)} to ${most.toFixed(0)}`;
};

for (const broker of ["embedded", "mosquitto"] as const) {
  const { revocationMs, bindingMs } = await measureDelays(broker, ROUNDS);
  console.info(`${broker}: ${told("revocation", revocationMs)}; ${told("binding", bindingMs)}`);
}
