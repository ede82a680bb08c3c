/**
 * The least that can be done: `modbus-serial` asks what the agent asks, and throws the answers away.
 *
 *     node bare-loop.ts <port> <lines> <units a line> <values>
 */
import modbusSerial from "modbus-serial";
import { type Load, requestOf } from "./load.ts";

const [port = 0, lines = 0, unitsPerLine = 0, values = 0] = process.argv.slice(2).map(Number);
const load: Load = { lines, unitsPerLine, values };
const { address, count } = requestOf(load);
const EVERY_MS = 1_000;

async function ask(): Promise<void> {
  const client = new modbusSerial.default();
  await client.connectTCP("127.0.0.1", { port });
  client.setTimeout(1_000);
  const startedMs = performance.now();
  for (let asked = 0; ; asked++) {
    client.setID(1 + (asked % unitsPerLine));
    await client.readInputRegisters(address, count);
    const dueMs = startedMs + ((asked + 1) * EVERY_MS) / unitsPerLine;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

process.send?.({ type: "started" });
await Promise.all(Array.from({ length: lines }, ask));
