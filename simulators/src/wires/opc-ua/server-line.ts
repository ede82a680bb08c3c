import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../clock.ts";
import { HOST, type PortPool } from "../ports.ts";
import type { LineAddress } from "../wire.ts";
import { serverCertificate } from "./certificates.ts";
import type { SecureServerOptions } from "./secure-server.ts";
import { ServiceLog } from "./service-log.ts";

export interface ServerLineOptions {
  clock: Clock;
  lineId: string;
  credentials: { username: string; password: string };
  /** Where keys and certificates are kept between runs. */
  folder: string;
}

const REOPEN_EVERY_MS = 250;
const REOPEN_TRIES_MAX = 40;

/**
 * The line of one OPC UA server: a port, a certificate and an account of requests that stay, and a server that can be
 * taken away and put back, in another shape if need be. Its sessions are lost with it.
 */
export class ServerLine<Server extends { stop(): Promise<void> }, Shape> {
  readonly services = new ServiceLog();
  readonly #ports: PortPool;
  readonly #options: ServerLineOptions;
  readonly #start: (secure: SecureServerOptions, shape: Shape) => Promise<Server>;
  #secure: SecureServerOptions | null = null;
  #server: Server | null = null;
  #shape: Shape | null = null;
  #change: Promise<void> = Promise.resolve();

  /** @param start starts a server of the given shape; tried again while its port is still taken. */
  constructor(
    ports: PortPool,
    options: ServerLineOptions,
    start: (secure: SecureServerOptions, shape: Shape) => Promise<Server>,
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#start = start;
  }

  /** The server that runs, or null while there is none. */
  get server(): Server | null {
    return this.#server;
  }

  /** Takes a port and a certificate and starts a server of the shape, or with null none yet. */
  async open(shape: Shape | null): Promise<LineAddress> {
    const { clock, lineId, credentials, folder } = this.#options;
    const certificate = await serverCertificate(folder, lineId, clock.nowMs());
    const port = await this.#ports.take();
    this.#secure = { clock, port, certificate, credentials, services: this.services };
    await this.setShape(shape);
    const { certificateFile: serverCertificateFile } = certificate;
    return { url: `opc.tcp://${HOST}:${port}`, credentials, serverCertificateFile };
  }

  /** Brings a server of the shape up in place of what is there, or with null none; calls are carried out one after the other. */
  setShape(shape: Shape | null): Promise<void> {
    const change = this.#change.then(() => this.#setShape(shape));
    this.#change = change.catch(() => undefined);
    return change;
  }

  async #setShape(shape: Shape | null): Promise<void> {
    if (isDeepStrictEqual(shape, this.#shape)) return;
    const server = this.#server;
    this.#server = null;
    this.#shape = null;
    await server?.stop();
    if (shape === null) return;
    if (this.#secure === null) throw new Error("a line is opened before it is changed");
    for (let tries = 1; this.#server === null; tries += 1) {
      try {
        this.#server = await this.#start(this.#secure, shape);
        this.#shape = shape;
      } catch (error) {
        if (tries >= REOPEN_TRIES_MAX) throw error;
        await delay(REOPEN_EVERY_MS);
      }
    }
  }
}
