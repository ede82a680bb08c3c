import { setFlagsFromString } from "node:v8";

/** Up to so many devices a gateway is small: memory is dear on its box, and there is time enough to collect garbage. */
const SMALL_DEVICES_MAX = 250;

/**
 * Keeps the memory of a small gateway small. Left to itself, the young half of the heap doubles again and again because a
 * second of readings lives until its batch is sealed, and the old half grows to several times what is alive in it. At 10,000
 * values a second this takes 163 MB in place of 267, for a twentieth of a core more; at 100,000 a young heap that small doubled
 * the work, so that a large gateway is left as it is (`tests/bench/results/modbus.md`).
 */
export function fitHeap(devices: number): void {
  if (devices > SMALL_DEVICES_MAX) return;
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=20");
}
