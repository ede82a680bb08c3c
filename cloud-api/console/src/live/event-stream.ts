import { createEventParser } from "./event-parser.ts";
import type { Topic } from "./topics.ts";

export interface StreamListener {
  opened(): void;
  /** Bytes arrived, be they only a heartbeat. */
  heard(): void;
  event(name: string, data: unknown): void;
  /** The stream is over; `status` is the answer's where the server refused, null where the line broke. Called once. */
  ended(status: number | null): void;
}

/** Opens one stream; the returned function closes it without a word to the listener. */
export type OpenStream = (topics: readonly Topic[], listener: StreamListener) => () => void;

/**
 * Reads the stream with fetch rather than EventSource: EventSource hides heartbeats and statuses, and so can tell
 * neither a line that died in its sleep from a quiet one, nor an ended session from a restart.
 */
export const openEventStream: OpenStream = (topics, listener) => {
  const abort = new AbortController();
  read(topics, listener, abort.signal).then(
    (status) => abort.signal.aborted || listener.ended(status),
    () => abort.signal.aborted || listener.ended(null),
  );
  return () => abort.abort();
};

async function read(topics: readonly Topic[], listener: StreamListener, signal: AbortSignal): Promise<number | null> {
  const response = await fetch(`/api/v1/live?topics=${encodeURIComponent(topics.join(","))}`, {
    headers: { accept: "text/event-stream" },
    credentials: "same-origin",
    cache: "no-store",
    signal,
  });
  if (!response.ok || response.body === null) return response.status;
  listener.opened();
  const parse = createEventParser((name, data) => listener.event(name, parsed(data)));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return null;
    listener.heard();
    parse(value);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
