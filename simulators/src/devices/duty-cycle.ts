import type { OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Random } from "../random.ts";

/** The states a body can be put into. "unknown" is a gateway's word: a body always knows. */
export const BODY_STATES = ["off", "standby", "in-use", "self-test"] as const satisfies readonly OperatingState[];
export type BodyState = (typeof BODY_STATES)[number];
export const isBodyState = (word: unknown): word is BodyState => BODY_STATES.some((state) => state === word);

/** How a device of a ward is used: the share of time in use, and the mean length of one use. */
export interface Duty {
  inUseShare: number;
  inUseMeanH: number;
}

/**
 * When a device is taken into use and laid aside again: a two-state Markov chain in continuous time, so that the length of
 * a step changes nothing but the resolution.
 */
export class DutyCycle {
  state: BodyState;
  #held = false;
  readonly #duty: Duty;
  readonly #random: Random;

  constructor(duty: Duty, random: Random) {
    this.#duty = duty;
    this.#random = random;
    this.state = random.chance(duty.inUseShare) ? "in-use" : "standby";
  }

  /** Whether a person holds the state, so that the device does not change it by itself. */
  get held(): boolean {
    return this.#held;
  }

  /** Holds a state; null lets the device go its own way again from where it is. */
  hold(state: BodyState | null): void {
    this.#held = state !== null;
    if (state !== null) this.state = state;
    else if (this.state === "off" || this.state === "self-test") this.state = "standby";
  }

  /** Passes time; true when the state has changed. A self-test is ended by the body, not here. */
  step(elapsedMs: number): boolean {
    const { inUseShare, inUseMeanH } = this.#duty;
    if (this.#held || (this.state !== "in-use" && this.state !== "standby")) return false;
    const elapsedInMeans = elapsedMs / 3_600_000 / inUseMeanH;
    const odds = this.state === "in-use" ? 1 : inUseShare / Math.max(1 - inUseShare, 0.001);
    if (!this.#random.chance(1 - Math.exp(-elapsedInMeans * odds))) return false;
    this.state = this.state === "in-use" ? "standby" : "in-use";
    return true;
  }
}
