import { createContext, use, useEffect, useSyncExternalStore } from "react";
import type { LiveClient, LiveHealth } from "./live-client.ts";
import type { Topic } from "./topics.ts";

export const LiveContext = createContext<LiveClient | null>(null);

export function useLiveClient(): LiveClient {
  const client = use(LiveContext);
  if (client === null) throw new Error("LiveContext is missing around this page");
  return client;
}

/** Follow a topic while the component is on the page; null follows nothing, for a thing that may not exist. */
export function useLive(topic: Topic | null): void {
  const client = useLiveClient();
  useEffect(() => (topic === null ? undefined : client.look(topic)), [client, topic]);
}

export function useLiveHealth(): LiveHealth {
  const client = useLiveClient();
  return useSyncExternalStore(client.onHealth, client.health);
}

const tickers = new Set<() => void>();
let interval: ReturnType<typeof setInterval> | undefined;

/** One timer for all ages of a page. */
function onTick(ticker: () => void): () => void {
  tickers.add(ticker);
  interval ??= setInterval(() => {
    for (const tick of tickers) tick();
  }, 1_000);
  return () => {
    tickers.delete(ticker);
    if (tickers.size > 0) return;
    clearInterval(interval);
    interval = undefined;
  };
}

/** The server's clock in whole seconds, as ms; the component renders again each second. */
export function useServerNow(): number {
  const client = useLiveClient();
  return useSyncExternalStore(onTick, () => Math.floor((Date.now() + client.serverOffsetMs()) / 1_000) * 1_000);
}
