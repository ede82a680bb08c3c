import { parentPort } from "node:worker_threads";
import { systemClock } from "../clock.ts";
import type { SessionFault } from "./opc-ua-fault.ts";
import { type OpcUaAnswer, OpcUaLine, type OpcUaRequest, type OpcUaSettings } from "./opc-ua-line.ts";

/** What this thread is asked, by the number of a line: to carry it, to read from it, or to close and forget it. */
export type WorkerRequest =
  | { ask: "carry"; line: number; settings: OpcUaSettings }
  | { ask: "read"; line: number; id: number; request: OpcUaRequest; timeoutMs: number }
  | { ask: "close"; line: number };

/** What it says of one request to read. */
export type ReadAnswer =
  | { tell: "answer"; line: number; id: number; answer: OpcUaAnswer }
  | { tell: "fault"; line: number; id: number; fault: SessionFault };
export type WorkerAnswer = { tell: "carried"; line: number } | { tell: "closed"; line: number } | ReadAnswer;

const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");

const clock = systemClock();
const lines = new Map<number, OpcUaLine>();
const tell = (answer: WorkerAnswer) => port.postMessage(answer);

port.on("message", (asked: WorkerRequest) => {
  if (asked.ask === "carry") void carry(asked);
  else if (asked.ask === "read") void read(asked);
  else void close(asked.line);
});

async function carry({ line, settings }: WorkerRequest & { ask: "carry" }): Promise<void> {
  const carried = new OpcUaLine(settings, () => clock.monoMs());
  lines.set(line, carried);
  await carried.prepare();
  tell({ tell: "carried", line });
}

async function read({ line, id, request, timeoutMs }: WorkerRequest & { ask: "read" }): Promise<void> {
  const result = await lines.get(line)?.read(request, timeoutMs);
  if (result === undefined) throw new Error(`line ${line} is not carried`);
  tell(
    result.ok ? { tell: "answer", line, id, answer: result.value } : { tell: "fault", line, id, fault: result.fault },
  );
}

async function close(line: number): Promise<void> {
  await lines.get(line)?.close();
  lines.delete(line);
  tell({ tell: "closed", line });
}
