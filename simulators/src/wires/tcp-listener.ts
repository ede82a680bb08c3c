import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { HOST } from "./ports.ts";

const REOPEN_EVERY_MS = 250;
const REOPEN_TRIES_MAX = 40;

/** A TCP port that can be pulled out and put back: closed, it refuses connections and ends those it had. */
export class TcpListener {
  readonly port: number;
  readonly #connectionsMax: number;
  readonly #serve: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #change: Promise<void> = Promise.resolve();

  constructor(port: number, connectionsMax: number, serve: (socket: Socket) => void) {
    this.port = port;
    this.#connectionsMax = connectionsMax;
    this.#serve = serve;
  }

  /** Opens or closes the port; calls are carried out one after the other. */
  setOpen(open: boolean): Promise<void> {
    const change = this.#change.then(() => (open ? this.#open() : this.#close()));
    this.#change = change.catch(() => undefined);
    return change;
  }

  async #open(): Promise<void> {
    if (this.#server !== null) return;
    for (let tries = 1; ; tries += 1) {
      try {
        this.#server = await this.#listen();
        return;
      } catch (error) {
        // Somebody may hold the port for a moment; a hospital's socket in the wall does not go away.
        if (tries >= REOPEN_TRIES_MAX) throw error;
        await delay(REOPEN_EVERY_MS);
      }
    }
  }

  #listen(): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
      server.once("error", reject);
      server.listen({ port: this.port, host: HOST, exclusive: true }, () => {
        server.off("error", reject);
        server.on("error", () => undefined);
        resolve(server);
      });
    });
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= this.#connectionsMax) {
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#serve(socket);
  }

  async #close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }
}
