import { createServer } from "node:net";

export const HOST = "127.0.0.1";
/** Below Linux's usual ephemeral range (32768 on), so that a port which is let go for a while is not taken by an outgoing connection. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 12_000;
const TRIES_MAX = 2_000;

/** Hands out ports of the loopback address that nobody listens on, each once. */
export class PortPool {
  #next: number;

  /** @param start any whole number; different processes should start at different places. */
  constructor(start: number) {
    this.#next = start;
  }

  async take(): Promise<number> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const port = FIRST_PORT + (this.#next % PORT_COUNT);
      this.#next += 1;
      if (await isFree(port)) return port;
    }
    throw new Error(`no free port among ${TRIES_MAX} tried from ${FIRST_PORT} on`);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: HOST, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
