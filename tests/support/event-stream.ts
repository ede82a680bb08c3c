import type { Static, TSchema } from "typebox";
import Value from "typebox/value";
import type { Api } from "./api.ts";

export interface StreamEvent {
  name: string;
  data: unknown;
  /** performance.now() when its last byte arrived. */
  atMs: number;
}

/** The console's event stream, read as a page reads it. */
export interface EventStream {
  /** Everything that has come so far. */
  events: readonly StreamEvent[];
  /** The first event of this name from now on, or among what has come since `sinceMs`, that fits. */
  first<Schema extends TSchema>(
    name: string,
    schema: Schema,
    fits: (data: Static<Schema>) => boolean,
    options?: { sinceMs?: number; withinMs?: number },
  ): Promise<{ data: Static<Schema>; atMs: number }>;
  /** Resolves when nothing more will come, whoever ended it. */
  ended: Promise<void>;
  close(): void;
}

const WITHIN_MS = 20_000;

export async function openEventStream(api: Api, topics: string): Promise<EventStream> {
  const ending = new AbortController();
  const response = await fetch(`${api.base}/live?topics=${encodeURIComponent(topics)}`, {
    headers: { cookie: api.cookie, accept: "text/event-stream" },
    signal: ending.signal,
  });
  if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
  const events: StreamEvent[] = [];
  const listeners = new Set<() => void>();
  const ended = readEvents(response.body, (event) => {
    events.push(event);
    for (const listener of [...listeners]) listener();
  }).catch(() => undefined);
  return {
    events,
    ended,
    first: (name, schema, fits, { sinceMs = performance.now(), withinMs = WITHIN_MS } = {}) =>
      new Promise((resolve, reject) => {
        let seen = 0;
        const look = () => {
          for (; seen < events.length; seen++) {
            const event = events[seen];
            if (event === undefined || event.name !== name || event.atMs < sinceMs) continue;
            const data = Value.Parse(schema, event.data);
            if (!fits(data)) continue;
            done();
            resolve({ data, atMs: event.atMs });
            return;
          }
        };
        const done = () => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const timer = setTimeout(() => {
          done();
          const last = events.findLast((event) => event.name === name);
          reject(new Error(`no ${name} that fits within ${withinMs} ms; the last was ${JSON.stringify(last?.data)}`));
        }, withinMs);
        listeners.add(look);
        look();
      }),
    close: () => ending.abort(),
  };
}

/** Server-sent events (HTML standard, §9.2) as our API writes them: `event:` and one `data:` line, an empty line between. */
async function readEvents(body: ReadableStream<Uint8Array>, onEvent: (event: StreamEvent) => void): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const [name, data] = [field("event"), field("data")];
      if (name !== undefined && data !== undefined) onEvent({ name, data: JSON.parse(data), atMs: performance.now() });
    }
  }
}
