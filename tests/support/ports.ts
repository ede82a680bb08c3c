import { createServer, type Server } from "node:net";

/** Listens on a free port of the loopback address, and tells which. */
export function portOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("a server without a port"));
      else resolve(address.port);
    });
  });
}

/** A port of the loopback address on which nobody listens right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
