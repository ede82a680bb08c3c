import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { DatabaseStartError } from "../database-start-error.ts";

const TRIES = 30;
const LOWEST = 20_000;

/**
 * The wanted port if it is free on 127.0.0.1, or any free one. Free ones are taken below the range from which the kernel
 * gives ports to outgoing connections, so that the port is still ours when a crashed database comes back to it.
 * @throws DatabaseStartError `port-taken`
 */
export async function choosePort(wanted?: number): Promise<number> {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw new DatabaseStartError(
      "port-taken",
      `Port ${wanted} of 127.0.0.1 is taken by another program, so the database cannot listen there; stop that program or choose another port.`,
    );
  }
  const highest = Math.max(outgoingRangeStart(), LOWEST + 1_000);
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, highest);
    if (await isFree(port)) return port;
  }
  throw new DatabaseStartError(
    "port-taken",
    `No free port was found on 127.0.0.1 between ${LOWEST} and ${highest}; stop a program that listens there, or choose a port.`,
  );
}

function outgoingRangeStart(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(true)));
  });
}
