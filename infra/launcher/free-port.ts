import { createServer } from "node:net";
import { StartError } from "./start-error.ts";

/** Whether a port can be opened right now; null, or the code of the error that stands in the way. */
export function portTrouble(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

/** @throws StartError in one sentence where the port of the console is taken or may not be used. */
export async function requirePort(name: string, host: string, port: number): Promise<void> {
  const trouble = port === 0 ? null : await portTrouble(host, port);
  if (trouble === null) return;
  const why =
    trouble === "EADDRINUSE"
      ? `port ${port} on ${host} is already in use`
      : `port ${port} on ${host} cannot be opened (${trouble})`;
  throw new StartError(
    `Wardtwin cannot start: ${why}; set ${name} to a free port, as in ${name}=${port + 1} npm start.`,
  );
}
