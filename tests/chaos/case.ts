import type { Random } from "@wardtwin/simulators/random";
import type { ChaosGateway, ChaosHouse } from "./chaos-house.ts";

/** A span in which what a device said need not have reached the gateway's disk, both ends epoch ms. */
export interface Excuse {
  fromMs: number;
  untilMs: number;
}

/** What a case did. */
export interface Done {
  /** When the fault was over and recovery could begin, by performance.now(). */
  liftedMs: number;
  excuses: Excuse[];
}

export interface GatewayCase {
  on: "gateway";
  name: string;
  /** A part that only some gateways have, and some machines cannot give any. */
  needs?: "clock" | "disk";
  act(gateway: ChaosGateway, random: Random): Promise<Done>;
}

export interface HouseCase {
  on: "house";
  name: string;
  /** Breaks something that is a process of its own only where the roles are apart. */
  apart?: boolean;
  act(house: ChaosHouse, random: Random): Promise<Done>;
}

/** A case that plays the gateway itself, and does its own sums. */
export interface RawCase {
  on: "raw";
  name: string;
  round(house: ChaosHouse, random: Random): Promise<Round>;
}

export type Case = GatewayCase | HouseCase | RawCase;

/** What one round of one case came to. */
export interface Round {
  /** Answers of devices, or readings of a gateway that the suite played, that were looked for in the store. */
  said: number;
  /** Readings that the store holds of that time. */
  readings: number;
  /** Of what was said, what the store does not hold, excused words left out. */
  lost: number;
  /** What the store holds more than once. */
  twice: number;
  /** Readings of one metric that stand after a later one of it. */
  disordered: number;
  /** What was said within an excuse and is not in the store. */
  excused: number;
  /** From the end of the fault until the twin was right again. */
  recoveryMs: number;
  /** How old live data was at worst when it was acknowledged, where other things had to be done beside it. */
  liveAgeMs: number;
  /** How far the stored time of a reading was from the true one at worst. */
  timeErrorMs: number;
}

export const done = (...excuses: Excuse[]): Done => ({ liftedMs: performance.now(), excuses });
