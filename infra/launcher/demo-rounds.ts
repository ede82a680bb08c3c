import { setTimeout as pause } from "node:timers/promises";
import Type from "typebox";
import Value from "typebox/value";
import type { ApiClient } from "./api-client.ts";

const ROUNDS = 30;
const ROUND_EVERY_MS = 2_000;

const Unconfirmed = Type.Object({
  lines: Type.Array(
    Type.Object({
      place: Type.Object({ gateway: Type.String(), line: Type.String(), unit: Type.String() }),
      device: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});

/**
 * The staff of the simulated hospital walk round with a scanner after every start: devices that do not name themselves were
 * off in between, and nobody could know that they were not swapped. After the first minute they go home.
 */
export async function walkRounds(api: ApiClient, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
    await pause(ROUND_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const { lines } = Value.Parse(Unconfirmed, await api.request("GET", "/lines/unconfirmed"));
    for (const { place, device } of lines) {
      if (device !== null) await api.request("POST", "/sightings", { device, place, source: "scan" });
    }
  }
}
