import { AGENT_ENDED, AGENT_KILLED, CLOCK_JUMPS, DISK_FULL } from "./cases/agent.ts";
import { BACKLOG_DRAINED } from "./cases/backlog.ts";
import {
  BROKER_FROZEN,
  BROKER_KILLED,
  DATABASE_KILLED,
  DATABASE_READ_ONLY,
  INGEST_ENDED,
  INGEST_KILLED,
} from "./cases/house.ts";
import { ACKS_LOST, LINK_CUT, LINK_HALF_OPEN, REPLAY_CUT } from "./cases/link.ts";
import { DUPLICATES, POISON } from "./cases/raw.ts";

/** Each breaks something of its own, so that they run side by side; what takes long begins first. */
export const SIDE_BY_SIDE = [
  REPLAY_CUT,
  ACKS_LOST,
  LINK_HALF_OPEN,
  AGENT_KILLED,
  AGENT_ENDED,
  LINK_CUT,
  DUPLICATES,
  POISON,
  BACKLOG_DRAINED,
] as const;
/** The same, with a part that not every machine has. */
export const WITH_CLOCK = CLOCK_JUMPS;
export const WITH_DISK = DISK_FULL;

/** Each breaks what all gateways stand on. */
export const IN_TURN = [
  INGEST_KILLED,
  INGEST_ENDED,
  DATABASE_KILLED,
  BROKER_KILLED,
  BROKER_FROZEN,
  DATABASE_READ_ONLY,
] as const;
