import type { OpenStream } from "./event-stream.ts";
import type { LiveStatus } from "./protocol.ts";
import { sameTopics, type Topic } from "./topics.ts";

/** Wishes of several tabs that come together open one stream, not several. */
const DEBOUNCE_MS = 150;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** The API sends a heartbeat every 15 s; two missed ones and some slack mean that the line is dead. */
const SILENT_MAX_MS = 40_000;
const WATCH_EVERY_MS = 5_000;
/** A watch that comes this late was asleep with the machine, and so was the line. */
const SLEPT_MS = 20_000;

export interface Connection {
  /** Follow exactly these topics; none closes the stream. */
  follow(topics: Topic[]): void;
  /** Try at once if the line is not known to be good. */
  nudge(): void;
  /** Forget everything, for example because somebody else signed in. */
  reset(): void;
  status(): LiveStatus;
  close(): void;
}

interface Told {
  event(name: string, data: unknown): void;
  status(status: LiveStatus): void;
}

/** The wait before retry number `attempt` (from 0), spread so that a ward's tablets do not return in one crowd. */
export const retryAfterMs = (attempt: number, chance: number): number =>
  Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt) * (0.75 + chance / 2);

/** Keeps one stream open for whatever is wished, through restarts of the server and sleep of the machine. */
export function createConnection(open: OpenStream, told: Told, chance: () => number = Math.random): Connection {
  let topics: Topic[] = [];
  let opened: Topic[] = [];
  let close: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let watchedAtMs = Date.now();
  let status: LiveStatus = { phase: "idle", heardAtMs: null, serverOffsetMs: 0 };

  const say = (change: Partial<LiveStatus>): void => {
    const phaseBefore = status.phase;
    status = { ...status, ...change };
    // Heartbeats move `heardAtMs` alone; the watch tells that, so that tabs are not woken for each.
    if (status.phase !== phaseBefore || change.serverOffsetMs !== undefined) told.status(status);
  };

  const stop = (): void => {
    clearTimeout(timer);
    close?.();
    close = null;
  };

  const start = (): void => {
    stop();
    opened = topics;
    say({ phase: topics.length === 0 ? "idle" : "connecting" });
    if (topics.length === 0) return;
    close = open(topics, {
      opened: () => say({ heardAtMs: Date.now() }),
      heard: () => say({ phase: "live", heardAtMs: Date.now() }),
      event: (name, data) => {
        attempt = 0;
        if (name === "hello") say({ serverOffsetMs: offsetOf(data) ?? status.serverOffsetMs });
        else told.event(name, data);
      },
      ended: (code) => {
        close = null;
        if (code === 401) return say({ phase: "refused" });
        say({ phase: "connecting" });
        timer = setTimeout(start, retryAfterMs(attempt, chance()));
        attempt += 1;
      },
    });
  };

  const startSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(start, DEBOUNCE_MS);
  };

  const watch = setInterval(() => {
    const now = Date.now();
    const slept = now - watchedAtMs > SLEPT_MS;
    watchedAtMs = now;
    if (status.phase !== "live") return;
    if (slept || now - (status.heardAtMs ?? 0) > SILENT_MAX_MS) start();
    else told.status(status);
  }, WATCH_EVERY_MS);

  return {
    follow: (wanted) => {
      topics = wanted;
      if (!sameTopics(topics, opened)) startSoon();
      else if (status.phase === "idle" && topics.length > 0) startSoon();
    },
    nudge: () => {
      attempt = 0;
      if (status.phase === "connecting" && close === null) start();
    },
    reset: () => {
      stop();
      opened = [];
      attempt = 0;
      say({ phase: "idle", heardAtMs: null });
    },
    status: () => status,
    close: () => {
      stop();
      clearInterval(watch);
    },
  };
}

function offsetOf(hello: unknown): number | null {
  if (typeof hello !== "object" || hello === null || !("at" in hello) || typeof hello.at !== "string") return null;
  const at = Date.parse(hello.at);
  return Number.isNaN(at) ? null : at - Date.now();
}
