import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Hospital } from "../hospital/hospital.ts";
import { HOST } from "../wires/ports.ts";
import type { Answer } from "./routes.ts";
import { answerControl } from "./routes.ts";

const BODY_BYTES_MAX = 65_536;

export interface ControlServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the control API on the loopback address; port 0 takes a free one. Fails when the port is taken. */
export async function startControl(hospital: Hospital, port: number): Promise<ControlServer> {
  const server = createServer((request, response) => {
    void serve(hospital, request).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, { status: 500, json: { error: String(error) } }),
    );
  });
  await listen(server, port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the control API has no port");
  return {
    url: `http://${HOST}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: HOST, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function serve(hospital: Hospital, request: IncomingMessage): Promise<Answer> {
  // A page in somebody's browser always names its origin on a POST; nothing that should steer a simulator does.
  if (request.headers.origin !== undefined) return { status: 403, json: { error: "Web pages may not use this API." } };
  const path = new URL(request.url ?? "/", "http://control").pathname;
  const method = request.method ?? "GET";
  if (method !== "GET" && method !== "POST") return { status: 405, json: { error: "Use GET or POST." } };
  const text = await readText(request);
  if (text === null) return { status: 413, json: { error: `A body holds at most ${BODY_BYTES_MAX} bytes.` } };
  let body: unknown;
  try {
    body = method === "POST" ? JSON.parse(text) : undefined;
  } catch {
    return { status: 400, json: { error: "The body is not JSON." } };
  }
  return answerControl(hospital, method, path, body);
}

/** The body as text; null when it is longer than allowed. */
async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > BODY_BYTES_MAX) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, json }: Answer): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(json));
}
