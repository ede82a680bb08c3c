import type { Clock } from "../platform/clock.ts";
import { Desk } from "../platform/desk.ts";
import type { Log } from "../platform/log.ts";
import { type ShadowMessage, type ShadowRequest, unanswered } from "./rules.ts";
import type { ShadowStore } from "./store.ts";

/** The service is behind the broker and sees no connections: what AWS counts for each of them is counted for each thing. */
const IN_FLIGHT_PER_THING_MAX = 10;

/** Where requests for shadows wait for their turn; those for one shadow are answered in the order in which they came. */
export class ShadowDesk extends Desk<ShadowRequest, readonly ShadowMessage[]> {
  constructor({ store, clock, log }: { store: ShadowStore; clock: Clock; log: Log }) {
    super({
      what: "shadows",
      settle: (requests, nowMs) => store.settle(requests, nowMs),
      unanswered: (why, { payload }, nowMs) => unanswered(why, payload, Math.floor(nowMs / 1_000)),
      keyOf: ({ address }) => address.thing,
      inFlightMax: IN_FLIGHT_PER_THING_MAX,
      clock,
      log,
    });
  }
}
