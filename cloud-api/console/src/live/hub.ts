import { Connection } from "./connection.ts";
import type { OpenStream } from "./event-stream.ts";
import { type OwnerMessage, TAB_SILENT_MAX_MS, type TabMessage } from "./protocol.ts";
import { type Topic, topicOf, unionOf } from "./topics.ts";

/** One tab's end at the hub. */
export interface Seat {
  receive(message: TabMessage): void;
}

interface Tab {
  post: (message: OwnerMessage) => void;
  topics: Topic[];
  heardAtMs: number;
}

const SWEEP_EVERY_MS = 30_000;

/**
 * Shares one stream among tabs. It runs in the shared worker, or inside the tab where the browser has no shared workers.
 * The latest object of each topic is kept, so that a tab that joins a running stream need not wait for the next change.
 */
export class Hub {
  readonly #tabs = new Set<Tab>();
  readonly #latest = new Map<Topic, unknown>();
  readonly #connection: Connection;
  readonly #sweep: ReturnType<typeof setInterval>;
  #user: string | null = null;

  constructor(open: OpenStream, chance?: () => number) {
    const told = {
      status: (status: Connection["status"]) => this.#toAll({ type: "status", status }),
      event: (name: string, data: unknown) => this.#pass(name, data),
    };
    this.#connection = new Connection(open, told, chance);
    this.#sweep = setInterval(() => this.#forgetSilent(), SWEEP_EVERY_MS);
  }

  join(post: (message: OwnerMessage) => void): Seat {
    const tab: Tab = { post, topics: [], heardAtMs: Date.now() };
    return {
      receive: (message) => {
        tab.heardAtMs = Date.now();
        if (message.type === "want") this.#want(tab, message);
        else if (message.type === "nudge") this.#connection.nudge();
        else this.#leave(tab);
      },
    };
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#connection.close();
  }

  #want(tab: Tab, message: Extract<TabMessage, { type: "want" }>): void {
    // Another person's stream holds what this one may not see, and the other way round.
    if (this.#user !== message.user) {
      this.#user = message.user;
      this.#latest.clear();
      this.#connection.reset();
    }
    const isNew = !this.#tabs.has(tab);
    const before = isNew ? [] : tab.topics;
    tab.topics = message.topics;
    this.#tabs.add(tab);
    this.#followUnion();
    if (isNew) tab.post({ type: "status", status: this.#connection.status });
    for (const topic of message.topics) {
      if (before.includes(topic) || !this.#latest.has(topic)) continue;
      tab.post({ type: "event", topic, data: this.#latest.get(topic) });
    }
  }

  #leave(tab: Tab): void {
    if (this.#tabs.delete(tab)) this.#followUnion();
  }

  #pass(name: string, data: unknown): void {
    const topic = topicOf(name, data);
    if (topic === null) return;
    this.#latest.set(topic, data);
    for (const tab of this.#tabs) if (tab.topics.includes(topic)) tab.post({ type: "event", topic, data });
  }

  #followUnion(): void {
    const union = unionOf([...this.#tabs].map(({ topics }) => topics));
    for (const topic of this.#latest.keys()) if (!union.includes(topic)) this.#latest.delete(topic);
    this.#connection.follow(union);
  }

  #forgetSilent(): void {
    const limitMs = Date.now() - TAB_SILENT_MAX_MS;
    for (const tab of this.#tabs) if (tab.heardAtMs < limitMs) this.#leave(tab);
  }

  #toAll(message: OwnerMessage): void {
    for (const tab of this.#tabs) tab.post(message);
  }
}
