import type { Random } from "../random.ts";

/**
 * A value that wanders about a mean (Ornstein-Uhlenbeck, exact discretisation: Gillespie, Phys. Rev. E 54, 1996), so that
 * many short steps and one long step have the same spread.
 */
export class Wander {
  value: number;
  mean: number;
  readonly #deviation: number;
  readonly #relaxationS: number;
  readonly #random: Random;

  /** @param deviation standard deviation about the mean; @param relaxationS seconds after which a deviation has faded to 1/e. */
  constructor(mean: number, deviation: number, relaxationS: number, random: Random) {
    this.mean = mean;
    this.#deviation = deviation;
    this.#relaxationS = relaxationS;
    this.#random = random;
    this.value = mean + deviation * random.gauss();
  }

  step(elapsedMs: number): number {
    const kept = Math.exp(-elapsedMs / 1000 / this.#relaxationS);
    const noise = this.#deviation * Math.sqrt(1 - kept * kept) * this.#random.gauss();
    this.value = this.mean + (this.value - this.mean) * kept + noise;
    return this.value;
  }
}
