import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { portOf } from "./ports.ts";

export interface CountingProxy {
  url: string;
  /** Requests of this path that are open right now. */
  open(path: string): number;
  close(): Promise<void>;
}

/** Stands between a browser and a house, passes everything on as it is, and counts what is open. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Map<string, number>();
  const count = (path: string, by: number) => open.set(path, (open.get(path) ?? 0) + by);
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const path = incoming.url?.split("?")[0] ?? "/";
    count(path, 1);
    outgoing.once("close", () => count(path, -1));
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.once("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  const own = await portOf(server);
  return {
    url: `http://127.0.0.1:${own}`,
    open: (path) => open.get(path) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
