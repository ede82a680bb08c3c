import { createServer, type Server, type Socket } from "node:net";
import { foreignBytes, LANGUAGE_NAMES } from "@wardtwin/infra/test/read-only";

/**
 * A scripted peer on a real socket: what it does with each chunk that arrives is the test's business. Whatever a test does, a
 * peer to whom anything else was said than requests that read fails it at its end.
 */
export interface Peer {
  port: number;
  /** Every byte that reached it. */
  heard(): Buffer;
  connections(): number;
  /** Hangs up on everyone and listens no more. @throws where a byte came that is in no reading request */
  stop(): Promise<void>;
}

export async function startPeer(
  answer: (socket: Socket, chunk: Buffer) => void,
  port = 0,
  greet: (socket: Socket) => void = () => {},
): Promise<Peer> {
  const sockets = new Set<Socket>();
  const heard: Buffer[] = [];
  const heardOn = new Map<Socket, Buffer[]>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      heard.push(chunk);
      heardOn.set(socket, [...(heardOn.get(socket) ?? []), chunk]);
      answer(socket, chunk);
    });
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    heard: () => Buffer.concat(heard),
    connections: () => connections,
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      for (const chunks of heardOn.values()) refuseForeign(Buffer.concat(chunks));
    },
  };
}

/** A peer does not know which language it plays; a connection has one, from beginning to end. */
function refuseForeign(sent: Buffer): void {
  const found = LANGUAGE_NAMES.map((language) => foreignBytes(language, sent));
  if (!found.includes(null)) throw new Error(`what left is not reading alone: ${found.join("; ")}`);
}
