import type { OpenStream } from "./event-stream.ts";
import type { LiveStatus } from "./protocol.ts";
import { sameTopics, type Topic } from "./topics.ts";

/** Wishes of several tabs that come together open one stream, not several. */
const DEBOUNCE_MS = 150;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** The API sends a heartbeat every 5 s; three missed ones mean that the line is dead, and what is shown may no longer be so. */
const SILENT_MAX_MS = 15_000;
const WATCH_EVERY_MS = 3_000;
/** A watch that comes this late was asleep with the machine, and so was the line. */
const SLEPT_MS = 20_000;

interface Told {
  event(name: string, data: unknown): void;
  status(status: LiveStatus): void;
}

/** The wait before retry number `attempt` (from 0), spread so that a ward's tablets do not return in one crowd. */
export const retryAfterMs = (attempt: number, chance: number): number =>
  Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt) * (0.75 + chance / 2);

/** Keeps one stream open for whatever is wished, through restarts of the server and sleep of the machine. */
export class Connection {
  readonly #open: OpenStream;
  readonly #told: Told;
  readonly #chance: () => number;
  readonly #watch: ReturnType<typeof setInterval>;
  #topics: Topic[] = [];
  #opened: Topic[] = [];
  #close: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #watchedAtMs = Date.now();
  #status: LiveStatus = { phase: "idle", heardAtMs: null, serverOffsetMs: 0 };

  constructor(open: OpenStream, told: Told, chance: () => number = Math.random) {
    this.#open = open;
    this.#told = told;
    this.#chance = chance;
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS);
  }

  get status(): LiveStatus {
    return this.#status;
  }

  /** Follow exactly these topics; none closes the stream. */
  follow(topics: Topic[]): void {
    this.#topics = topics;
    const isOpen = sameTopics(topics, this.#opened) && (this.#status.phase !== "idle" || topics.length === 0);
    if (isOpen) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), DEBOUNCE_MS);
  }

  /** Try at once if the line is not known to be good. */
  nudge(): void {
    this.#attempt = 0;
    if (this.#status.phase === "connecting" && this.#close === null) this.#start();
  }

  /** Forget everything, for example because somebody else signed in. */
  reset(): void {
    this.#stop();
    this.#opened = [];
    this.#attempt = 0;
    this.#say({ phase: "idle", heardAtMs: null });
  }

  close(): void {
    this.#stop();
    clearInterval(this.#watch);
  }

  #start(): void {
    this.#stop();
    this.#opened = this.#topics;
    this.#say({ phase: this.#topics.length === 0 ? "idle" : "connecting" });
    if (this.#topics.length === 0) return;
    this.#close = this.#open(this.#topics, {
      opened: () => this.#say({ heardAtMs: Date.now() }),
      heard: () => this.#say({ phase: "live", heardAtMs: Date.now() }),
      event: (name, data) => this.#take(name, data),
      ended: (status) => this.#retry(status),
    });
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#close?.();
    this.#close = null;
  }

  #take(name: string, data: unknown): void {
    this.#attempt = 0;
    if (name === "hello") this.#say({ serverOffsetMs: offsetOf(data) ?? this.#status.serverOffsetMs });
    else this.#told.event(name, data);
  }

  #retry(status: number | null): void {
    this.#close = null;
    if (status === 401) return void this.#say({ phase: "refused" });
    this.#say({ phase: "connecting" });
    this.#timer = setTimeout(() => this.#start(), retryAfterMs(this.#attempt, this.#chance()));
    this.#attempt += 1;
  }

  /** A line that died while the machine slept says nothing; only its silence does. */
  #look(): void {
    const nowMs = Date.now();
    const slept = nowMs - this.#watchedAtMs > SLEPT_MS;
    this.#watchedAtMs = nowMs;
    if (this.#status.phase !== "live") return;
    if (slept || nowMs - (this.#status.heardAtMs ?? 0) > SILENT_MAX_MS) this.#start();
    else this.#told.status(this.#status);
  }

  #say(change: Partial<LiveStatus>): void {
    const phaseBefore = this.#status.phase;
    this.#status = { ...this.#status, ...change };
    // Heartbeats move `heardAtMs` alone; the watch tells that, so that tabs are not woken for each.
    if (this.#status.phase !== phaseBefore || change.serverOffsetMs !== undefined) this.#told.status(this.#status);
  }
}

function offsetOf(hello: unknown): number | null {
  if (typeof hello !== "object" || hello === null || !("at" in hello) || typeof hello.at !== "string") return null;
  const at = Date.parse(hello.at);
  return Number.isNaN(at) ? null : at - Date.now();
}
