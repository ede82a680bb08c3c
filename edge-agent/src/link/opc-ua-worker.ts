import { parentPort, workerData } from "node:worker_threads";
import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
import { OpcUaSession, type OpcUaSettings, type SessionFault } from "./opc-ua-session.ts";

/** What the link asks this thread: to read, or to close and end. */
export type WorkerRequest = { ask: "read"; id: number; nodes: readonly string[]; timeoutMs: number } | { ask: "close" };

export type WorkerAnswer =
  | { tell: "ready" }
  | { tell: "values"; id: number; values: Map<string, OpcUaValue> }
  | { tell: "fault"; id: number; fault: SessionFault };

const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");

const settings: OpcUaSettings = workerData;
const session = new OpcUaSession(settings);
const tell = (answer: WorkerAnswer) => port.postMessage(answer);

port.on("message", (request: WorkerRequest) => {
  if (request.ask === "close") void session.close().finally(() => port.close());
  else void read(request);
});

async function read({ id, nodes, timeoutMs }: WorkerRequest & { ask: "read" }): Promise<void> {
  const result = await session.read(nodes, timeoutMs);
  tell(result.ok ? { tell: "values", id, values: result.value } : { tell: "fault", id, fault: result.fault });
}

tell({ tell: "ready" });
