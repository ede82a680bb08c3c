import { connect, createServer, type Socket } from "node:net";

/** A wire that can be held: while it is, bytes go in at either end and come out at none. */
export interface PausingProxy {
  port: number;
  /** How many connections are open at its outer end. */
  open(): number;
  hold(): void;
  release(): void;
  /** Breaks every connection; new ones are taken. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startPausingProxy(target: () => number): Promise<PausingProxy> {
  const outer = new Set<Socket>();
  const inner = new Set<Socket>();
  const all = () => [...outer, ...inner];
  let isHeld = false;
  const server = createServer((from) => {
    const to = connect(target(), "127.0.0.1");
    outer.add(from);
    inner.add(to);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => {
        outer.delete(one);
        inner.delete(one);
        other.destroy();
      });
      one.on("data", (bytes) => other.write(bytes));
      if (isHeld) one.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    open: () => outer.size,
    hold() {
      isHeld = true;
      for (const socket of all()) socket.pause();
    },
    release() {
      isHeld = false;
      for (const socket of all()) socket.resume();
    },
    cut() {
      for (const socket of all()) socket.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of all()) socket.destroy();
      }),
  };
}
