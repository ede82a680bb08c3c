/** Answers /api/v1 from a made-up hospital, for `vite --mode mock`, also of the built bundle. Any password but "wrong" signs in. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import type { GatewayConfiguration, Session } from "../src/api/types.ts";
import { isMetric, type MockTwin, makeTwins } from "./hospital.ts";
import { GATEWAYS } from "./plan.ts";
import { discoveredAt, linesOf, sight } from "./sightings.ts";
import { historyOf, mapOf, ribbonOf, usageOf, wardOf } from "./views.ts";

const TICK_MS = 2_000;
const BEAT_MS = 15_000;
const SESSION: Session = {
  user: { id: "u-1", email: "engineer@demo.invalid", name: "Mira Hoffmann", role: "biomedical-engineer" },
  site: { id: "demo", name: "St. Example Hospital", timeZone: "Europe/Berlin", simulated: true },
};

interface Answer {
  status: number;
  body: unknown;
}
const ok = (body: unknown): Answer => ({ status: 200, body });
const refusal = (status: number, code: string, title: string, detail: string): Answer => ({
  status,
  body: { type: `urn:wardtwin:problem:${code}`, title, status, code, detail },
});
const WRONG = refusal(
  401,
  "access.sign-in-refused",
  "Sign-in refused",
  "This e-mail address and password do not belong together; check both, or ask your administrator for a new password.",
);
const NEEDED = refusal(401, "access.sign-in-needed", "Sign-in needed", "Sign in first.");
const notFound = (what: string): Answer => refusal(404, "not-found", `No such ${what}`, `There is no such ${what}.`);

export function mockApi(): Plugin {
  return {
    name: "wardtwin-mock-api",
    configureServer: (server) => void server.middlewares.use(createHandler()),
    configurePreviewServer: (server) => void server.middlewares.use(createHandler()),
  };
}

function createHandler(): Connect.NextHandleFunction {
  const twins = makeTwins(Date.now());
  const stream = createStream(twins);
  const setupOpen = process.env["MOCK_SETUP"] === "1";
  let signedIn = true;

  const answerTo = async (request: IncomingMessage, path: string[], url: URL): Promise<Answer> => {
    const room = `${request.method} ${path[0]}`;
    if (room === "GET setup") return ok({ open: setupOpen, simulated: true });
    if (room === "DELETE session") signedIn = false;
    if (room === "DELETE session") return { status: 204, body: null };
    if (room === "POST sightings") return takeSighting(twins, await bodyOf(request));
    if (request.method === "POST") {
      if ((await bodyOf(request)).includes('"wrong')) return WRONG;
      signedIn = true;
      return ok(SESSION);
    }
    return signedIn ? read(twins, path, url) : NEEDED;
  };

  return (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://mock");
    if (!url.pathname.startsWith("/api/v1/")) return next();
    const path = url.pathname.slice("/api/v1/".length).split("/");
    if (path[0] === "live" && signedIn) stream((url.searchParams.get("topics") ?? "").split(","), response);
    else void answerTo(request, path, url).then((answer) => reply(response, answer));
  };
}

function read(twins: readonly MockTwin[], [room, id = "", part]: string[], url: URL): Answer {
  const nowMs = Date.now();
  const at = new Date(nowMs).toISOString();
  if (room === "session") return ok(SESSION);
  if (room === "wards" && id === "") return ok(mapOf(twins, at));
  if (room === "wards") {
    const view = wardOf(id, twins, at);
    return view === null ? notFound("ward") : ok(view);
  }
  if (room === "lines") return ok({ lines: linesOf(twins) });
  if (room === "devices") return ok({ devices: discoveredAt(nowMs) });
  if (room === "gateways") return ok({ gateways: gatewaysAt(nowMs) });
  if (room === "configurations") return ok({ configurations: configurationsAt(nowMs) });
  const twin = twins.find((it) => it.id === id);
  if (room !== "twins" || twin === undefined) return notFound("device");
  const metric = url.searchParams.get("metric") ?? "";
  const time = (name: string) => Date.parse(url.searchParams.get(name) ?? "");
  if (part === "history" && isMetric(metric)) return ok(historyOf(twin, metric, time("from"), time("to")));
  if (part === "states") return ok(ribbonOf(twin, Number(url.searchParams.get("days") ?? 30), nowMs));
  if (part === "usage") return ok(usageOf(twin, nowMs));
  return ok(twin);
}

/** Server-sent events: everything asked for at once, and again whenever the made-up hospital moves. */
function createStream(twins: MockTwin[]): (topics: string[], response: ServerResponse) => void {
  const open = new Map<ServerResponse, string[]>();
  const objectOf = (topic: string): unknown => {
    const at = new Date().toISOString();
    const [name, id = ""] = topic.split(":");
    if (name === "map") return mapOf(twins, at);
    if (name === "ward") return wardOf(id, twins, at);
    return twins.find((twin) => twin.id === id) ?? null;
  };
  const send = (response: ServerResponse, topic: string): void => {
    response.write(`event: ${topic.split(":")[0]}\ndata: ${JSON.stringify(objectOf(topic))}\n\n`);
  };
  setInterval(() => {
    for (const twin of twins) move(twin);
    for (const [response, topics] of open) for (const topic of topics) send(response, topic);
  }, TICK_MS).unref();

  return (topics, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: hello\ndata: ${JSON.stringify({ at: new Date().toISOString() })}\n\n`);
    for (const topic of topics) send(response, topic);
    open.set(response, topics);
    const beat = setInterval(() => response.write(": beat\n\n"), BEAT_MS);
    response.on("close", () => {
      clearInterval(beat);
      open.delete(response);
    });
  };
}

function move(twin: MockTwin): void {
  if (twin.connectivity.device.state !== "connected") return;
  twin.version += 1;
  twin.at = new Date().toISOString();
  twin.connectivity.values.newestAt = twin.at;
  for (const metric of twin.metrics) {
    metric.at = twin.at;
    if (metric.word !== null || metric.category !== "measurement" || metric.value === null) continue;
    metric.value = Math.round(metric.value * (1 + 0.01 * Math.sin(twin.version + metric.metric.length)) * 100) / 100;
  }
}

function takeSighting(twins: MockTwin[], body: string): Answer {
  const outcome = sight(twins, body, Date.now());
  return "refused" in outcome
    ? refusal(outcome.refused, "fleet.sighting", "Not taken", outcome.why)
    : ok(outcome.taken);
}

const gatewaysAt = (nowMs: number) =>
  GATEWAYS.map(({ id, name, ward, online }) => ({
    id,
    name,
    ward,
    simulated: true,
    link: online ? "online" : "offline",
    linkSince: new Date(nowMs - (online ? 4_000 : 47) * 60_000).toISOString(),
    lastBatchAt: new Date(nowMs - (online ? 2_000 : 47 * 60_000)).toISOString(),
    outbox: {
      at: new Date(nowMs - (online ? 90_000 : 49 * 60_000)).toISOString(),
      waiting: online ? 0 : 214,
      acknowledged: 93_000,
      quarantined: online ? 0 : 1,
      dropped: 0,
      lost: 0,
      thinned: online ? 0 : 12,
      oldestWaitingMs: online ? null : 26 * 60_000,
    },
  }));

/** Who is away has not heard of the wish yet. */
const configurationsAt = (nowMs: number): GatewayConfiguration[] =>
  GATEWAYS.map(({ id, online }) => ({
    gateway: id,
    revision: online ? 0 : 1,
    settings: online ? {} : { batchEveryMs: 5_000 },
    state: online ? "none" : "pending",
    since: online ? null : new Date(nowMs - 30 * 60_000).toISOString(),
    wishes: [],
    agentVersion: "0.1.0",
    profileRevisions: {},
    credentials: [],
  }));

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
