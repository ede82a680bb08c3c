import { type Connection, createConnection } from "./connection.ts";
import type { OpenStream } from "./event-stream.ts";
import { type OwnerMessage, TAB_SILENT_MAX_MS, type TabMessage } from "./protocol.ts";
import { type Topic, topicOf, unionOf } from "./topics.ts";

/** One tab's end at the hub. */
export interface Seat {
  receive(message: TabMessage): void;
}

export interface Hub {
  join(post: (message: OwnerMessage) => void): Seat;
  close(): void;
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
export function createHub(open: OpenStream, chance?: () => number): Hub {
  const tabs = new Set<Tab>();
  const latest = new Map<Topic, unknown>();
  let user: string | null = null;

  const toAll = (message: OwnerMessage): void => {
    for (const tab of tabs) tab.post(message);
  };
  const connection: Connection = createConnection(
    open,
    {
      status: (status) => toAll({ type: "status", status }),
      event: (name, data) => {
        const topic = topicOf(name, data);
        if (topic === null) return;
        latest.set(topic, data);
        for (const tab of tabs) if (tab.topics.includes(topic)) tab.post({ type: "event", topic, data });
      },
    },
    chance,
  );

  const followUnion = (): void => {
    const union = unionOf([...tabs].map((tab) => tab.topics));
    for (const topic of latest.keys()) if (!union.includes(topic)) latest.delete(topic);
    connection.follow(union);
  };

  const want = (tab: Tab, message: Extract<TabMessage, { type: "want" }>): void => {
    // Another person's stream holds what this one may not see, and the other way round.
    if (user !== message.user) {
      user = message.user;
      latest.clear();
      connection.reset();
    }
    const before = tab.topics;
    const isNew = !tabs.has(tab);
    tab.topics = message.topics;
    tabs.add(tab);
    followUnion();
    if (isNew) tab.post({ type: "status", status: connection.status() });
    for (const topic of message.topics) {
      if (!isNew && before.includes(topic)) continue;
      if (latest.has(topic)) tab.post({ type: "event", topic, data: latest.get(topic) });
    }
  };

  const leave = (tab: Tab): void => {
    if (tabs.delete(tab)) followUnion();
  };

  const sweep = setInterval(() => {
    const limit = Date.now() - TAB_SILENT_MAX_MS;
    for (const tab of tabs) if (tab.heardAtMs < limit) leave(tab);
  }, SWEEP_EVERY_MS);

  return {
    join: (post) => {
      const tab: Tab = { post, topics: [], heardAtMs: Date.now() };
      return {
        receive: (message) => {
          tab.heardAtMs = Date.now();
          if (message.type === "want") want(tab, message);
          else if (message.type === "nudge") connection.nudge();
          else leave(tab);
        },
      };
    },
    close: () => {
      clearInterval(sweep);
      connection.close();
    },
  };
}
