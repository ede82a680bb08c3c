import type { Clock } from "../platform/clock.ts";
import { Desk } from "../platform/desk.ts";
import type { Log } from "../platform/log.ts";
import type { JobMessage } from "./notification.ts";
import { type JobRequest, unansweredJob } from "./rules.ts";
import type { DeviceJobStore } from "./store.ts";

/** As for shadows: what AWS counts for each connection is counted for each thing. */
const IN_FLIGHT_PER_THING_MAX = 10;

/** Where requests for jobs wait for their turn; those of one thing are answered in the order in which they came. */
export class DeviceJobDesk extends Desk<JobRequest, readonly JobMessage[]> {
  constructor({ store, clock, log }: { store: DeviceJobStore; clock: Clock; log: Log }) {
    super({
      what: "jobs of things",
      settle: (requests, nowMs) => store.settle(requests, nowMs),
      unanswered: (why, request, nowMs) => [unansweredJob(why, request, Math.floor(nowMs / 1_000))],
      keyOf: ({ topic }) => topic.thing,
      inFlightMax: IN_FLIGHT_PER_THING_MAX,
      clock,
      log,
    });
  }
}
