import type { Clock } from "../clock.ts";

/** The gateway's own time: UTC, and the local time in ms as if its zone were UTC. */
export function gatewayTime(clock: Clock): { wallMs: number; localMs: number } {
  const wallMs = clock.wallMs();
  return { wallMs, localMs: wallMs + clock.zoneOffsetMs(wallMs) };
}
