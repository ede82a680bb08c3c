import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import Type from "typebox";
import { Compile } from "typebox/compile";

/** What changed, in ids only; whoever listens reads the present anew. */
export interface LiveChange {
  devices: string[];
  gateways: string[];
  /** Who may speak, or of which devices, is no longer what it was. */
  registry?: boolean;
}

/** Tells every listener of every API process that something changed. A lost message is healed by the listeners' own tick. */
export interface LiveBus {
  publish(change: LiveChange): void;
  subscribe(listener: (change: LiveChange) => void): () => void;
  close(): Promise<void>;
}

const LISTENERS_MAX = 10_000;

/** For the default set-up, in which ingest and API share one process. */
export function localLiveBus(): LiveBus {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(LISTENERS_MAX);
  return {
    publish: (change) => void emitter.emit("change", change),
    subscribe: (listener) => {
      emitter.on("change", listener);
      return () => void emitter.off("change", listener);
    },
    close: async () => void emitter.removeAllListeners(),
  };
}

const isChange = Compile(
  Type.Object(
    {
      devices: Type.Array(Type.String()),
      gateways: Type.Array(Type.String()),
      registry: Type.Optional(Type.Boolean()),
    },
    { title: "LiveChange" },
  ),
);

/** Whoever may speak on this Redis may not end the process by it. */
function changeOf(message: string): LiveChange | null {
  try {
    const value: unknown = JSON.parse(message);
    return isChange.Check(value) ? value : null;
  } catch {
    return null;
  }
}

const CHANNEL = "wardtwin:live";

/** Fan-out over Redis, for ingest and API in processes of their own. */
export async function redisLiveBus(connect: () => Redis): Promise<LiveBus> {
  const local = localLiveBus();
  const sender = connect();
  const receiver = connect();
  await receiver.subscribe(CHANNEL);
  receiver.on("message", (_channel, message) => {
    const change = changeOf(message);
    if (change !== null) local.publish(change);
  });
  return {
    publish: (change) => void sender.publish(CHANNEL, JSON.stringify(change)).catch(() => undefined),
    subscribe: local.subscribe,
    close: async () => {
      await local.close();
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
