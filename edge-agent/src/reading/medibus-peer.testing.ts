import { type Peer, startPeer } from "../link/peer.testing.ts";

/** A MEDIBUS device on a socket, written for tests from the protocol's sheet and from nothing of the driver's. */
export interface MedibusPeer extends Peer {
  /** Every frame of the host's so far: what begins with ESC or SOH and ends with CR. */
  frames(): string[];
  /** Sends bytes unasked to whoever is connected. */
  say(bytes: string): void;
  /** Resolves when the host has sent a frame that this holds for, counted from the call. */
  until(holds: (frame: string) => boolean): Promise<string>;
  hangUp(): void;
}

/** ESC or SOH, body, the sum of both as two hexadecimal digits, CR. */
export function medibusFrame(start: "\x1b" | "\x01", body: string): string {
  const sum = Buffer.from(start + body, "latin1").reduce((total, byte) => (total + byte) % 256, 0);
  return `${start}${body}${sum.toString(16).toUpperCase().padStart(2, "0")}\r`;
}

/** @param answer what to send for a frame of the host's; "" for silence */
export async function startMedibus(answer: (frame: string) => string): Promise<MedibusPeer> {
  const sockets = new Set<{ write(bytes: Buffer): void; destroy(): void }>();
  const heard: string[] = [];
  const waiting = new Set<(frame: string) => void>();
  let half = "";
  const peer = await startPeer((socket, chunk) => {
    sockets.add(socket);
    const parts = (half + chunk.toString("latin1")).split(/(?<=\r)/);
    half = parts.at(-1)?.endsWith("\r") === false ? (parts.pop() ?? "") : "";
    for (const frame of parts) {
      heard.push(frame);
      for (const told of waiting) told(frame);
      socket.write(Buffer.from(answer(frame), "latin1"));
    }
  });
  return {
    ...peer,
    frames: () => [...heard],
    say: (bytes) => {
      for (const socket of sockets) socket.write(Buffer.from(bytes, "latin1"));
    },
    until: (holds) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const told = (frame: string) => {
        if (!holds(frame)) return;
        waiting.delete(told);
        resolve(frame);
      };
      waiting.add(told);
      return promise;
    },
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}
