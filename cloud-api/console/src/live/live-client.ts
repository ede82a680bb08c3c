import { openEventStream } from "./event-stream.ts";
import { Hub } from "./hub.ts";
import { type LiveStatus, type OwnerMessage, type TabMessage, WANT_EVERY_MS } from "./protocol.ts";
import type { Topic } from "./topics.ts";

/** How long the line may be away before a page says so; a reopened stream is back well within it. */
const LOST_AFTER_MS = 5_000;

export interface LiveHealth {
  lost: boolean;
  /** Server clock, ms: up to when the page's values are known to be the latest. */
  asOfMs: number;
}

export interface LiveClient {
  /** Whose stream it is; null closes it. */
  setUser(id: string | null): void;
  /** Look at a topic until the returned function is called. */
  look(topic: Topic): () => void;
  onHealth(listener: () => void): () => void;
  health(): LiveHealth;
  /** Server clock less the local one, ms. */
  serverOffsetMs(): number;
}

interface Told {
  event(topic: Topic, data: unknown): void;
  /** The server does not know this session any more. */
  refused(): void;
}

type Post = (message: TabMessage) => void;

/** One per tab: tells the stream's owner what this tab looks at, and passes on what comes. */
export function createLiveClient(told: Told, connect: (receive: (message: OwnerMessage) => void) => Post): LiveClient {
  const looks = new Map<Topic, number>();
  const listeners = new Set<() => void>();
  let user: string | null = null;
  let status: LiveStatus = { phase: "idle", heardAtMs: null, serverOffsetMs: 0 };
  let health: LiveHealth = { lost: false, asOfMs: Date.now() };
  let lostTimer: ReturnType<typeof setTimeout> | undefined;

  const setHealth = (next: LiveHealth): void => {
    if (next.lost === health.lost && (!next.lost || next.asOfMs === health.asOfMs)) return;
    health = next;
    for (const listener of listeners) listener();
  };

  const receive = (message: OwnerMessage): void => {
    if (message.type === "event") {
      // A port outlives a sign-out by a moment; what arrives then is nobody's.
      if (user !== null) told.event(message.topic, message.data);
      return;
    }
    const before = status.phase;
    status = message.status;
    if (status.phase === "refused" && before !== "refused" && user !== null) told.refused();
    if (status.phase === "live" || status.phase === "idle") {
      clearTimeout(lostTimer);
      lostTimer = undefined;
      setHealth({ lost: false, asOfMs: health.asOfMs });
    } else if (lostTimer === undefined) {
      const asOfMs = (status.heardAtMs ?? Date.now()) + status.serverOffsetMs;
      lostTimer = setTimeout(() => setHealth({ lost: true, asOfMs }), LOST_AFTER_MS);
    }
  };

  const post = connect(receive);
  const want = (): void => {
    if (user !== null) post({ type: "want", user, topics: [...looks.keys()] });
  };
  setInterval(want, WANT_EVERY_MS);
  onWakeUp(() => {
    want();
    post({ type: "nudge" });
  });
  window.addEventListener("pagehide", () => post({ type: "bye" }));

  return {
    setUser: (id) => {
      if (id === user) return;
      if (id === null) post({ type: "bye" });
      user = id;
      want();
    },
    look: (topic) => {
      looks.set(topic, (looks.get(topic) ?? 0) + 1);
      want();
      return () => {
        const left = (looks.get(topic) ?? 1) - 1;
        if (left > 0) looks.set(topic, left);
        else looks.delete(topic);
        want();
      };
    },
    onHealth: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    health: () => health,
    serverOffsetMs: () => status.serverOffsetMs,
  };
}

/** To the browser's shared worker; where there is none (some mobile browsers), to a hub of this tab's own. */
export function connectToOwner(receive: (message: OwnerMessage) => void): Post {
  let post = typeof SharedWorker === "undefined" ? connectToOwnHub(receive) : connectToWorker(receive, fallBack);
  let last: TabMessage | null = null;
  function fallBack(): void {
    post = connectToOwnHub(receive);
    if (last !== null) post(last);
  }
  return (message) => {
    if (message.type !== "nudge") last = message;
    post(message);
  };
}

function connectToWorker(receive: (message: OwnerMessage) => void, failed: () => void): Post {
  const worker = new SharedWorker(new URL("./shared-worker.ts", import.meta.url), {
    type: "module",
    name: "wardtwin-live",
  });
  worker.addEventListener("error", failed, { once: true });
  worker.port.addEventListener("message", (event: MessageEvent<OwnerMessage>) => receive(event.data));
  worker.port.start();
  return (message) => worker.port.postMessage(message);
}

function connectToOwnHub(receive: (message: OwnerMessage) => void): Post {
  return new Hub(openEventStream).join(receive).receive;
}

function onWakeUp(listener: () => void): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") listener();
  });
  window.addEventListener("online", listener);
  window.addEventListener("pageshow", listener);
}
