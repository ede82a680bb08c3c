/** The far end of a line, for tests: sockets, terminals, and ways to listen that end by themselves. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { openPty } from "./pty.ts";

const SOCAT = "socat";
const TURN_MS = 10;
const QUIET_TURNS = 12;
const OPEN_TRIES_MAX = 200;

/** What is to be undone when a test is over, the latest first. */
export type Closers = (() => unknown)[];

export async function dial(url: string, closers: Closers): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  closers.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** What arrives until it is what one waits for. */
export async function readUntil(stream: Duplex, isDone: (bytes: Buffer) => boolean): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (!isDone(bytes)) bytes = Buffer.concat([bytes, (await once(stream, "data"))[0]]);
  return bytes;
}

/**
 * Everything that arrives until nothing has come for so many turns of a timer. Turns and not time, so that a machine that
 * stands still for a moment holds up the device and its listener alike.
 */
export async function untilQuiet(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let turns = 0;
  const hear = (chunk: Buffer): void => {
    chunks.push(chunk);
    turns = 0;
  };
  stream.on("data", hear);
  for (; turns < QUIET_TURNS; turns += 1) await delay(TURN_MS);
  stream.off("data", hear);
  return Buffer.concat(chunks);
}

export const hasSocat = spawnSync(SOCAT, ["-V"]).status === 0;

/** Both ends of a pseudo-terminal; needs socat. */
export async function ptyPair(closers: Closers): Promise<[device: Duplex, gateway: Duplex]> {
  const folder = mkdtempSync(join(tmpdir(), "wardtwin-pty-"));
  const paths = [join(folder, "device"), join(folder, "gateway")] as const;
  const socat = spawn(
    SOCAT,
    paths.map((path) => `pty,raw,echo=0,link=${path}`),
  );
  closers.push(() => {
    socat.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const [device, gateway] = [await open(paths[0]), await open(paths[1])];
  for (const end of [device, gateway]) {
    end.on("error", () => undefined);
    closers.push(() => end.destroy());
  }
  return [device, gateway];
}

async function open(path: string): Promise<Duplex> {
  for (let tries = 1; ; tries += 1) {
    try {
      return openPty(path);
    } catch (error) {
      if (tries >= OPEN_TRIES_MAX) throw error;
      await delay(20);
    }
  }
}
