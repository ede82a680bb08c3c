import { createServer, type Server, type Socket } from "node:net";

/** A scripted peer on a real socket: what it does with each chunk that arrives is the test's business. */
export interface Peer {
  port: number;
  /** Every byte that reached it. */
  heard(): Buffer;
  connections(): number;
  /** Hangs up on everyone and listens no more. */
  stop(): Promise<void>;
}

export async function startPeer(
  answer: (socket: Socket, chunk: Buffer) => void,
  port = 0,
  greet: (socket: Socket) => void = () => {},
): Promise<Peer> {
  const sockets = new Set<Socket>();
  const heard: Buffer[] = [];
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      heard.push(chunk);
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
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
