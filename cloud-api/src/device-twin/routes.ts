import "@fastify/rate-limit";
import "@fastify/swagger";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { personIn } from "../access/guard.ts";
import { mayDo } from "../access/rules.ts";
import type { FleetQueries } from "../fleet/queries.ts";
import { DeviceKind } from "../fleet/schema.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import { Problem, RegistryId } from "../platform/schema.ts";
import { type LiveViews, parseTopics, TOPICS_MAX } from "./live-views.ts";
import type { TwinQueries } from "./queries.ts";
import { TwinList, TwinView, WardMap, WardView } from "./schema.ts";
import { twinChip, twinView, wardMap, wardView } from "./view.ts";

interface Deps {
  fleet: FleetQueries;
  twins: TwinQueries;
  views: LiveViews;
  clock: Clock;
  /** Whether the person behind a stream may go on hearing it. */
  isStillSignedIn(request: FastifyRequest): Promise<boolean>;
}

const PAGE = 200;
/** A page that hears nothing says so within three of these. */
const HEARTBEAT_MS = 5_000;
/** Whether the person is still signed in is looked at with each so many heartbeats. */
const SIGN_IN_BEATS = 3;
/** A page that reads this slowly has lost its picture anyway; it is cut off and asks anew. */
const UNSENT_BYTES_MAX = 1_048_576;
const READERS_MAX = 2_000;
const ById = Type.Object({ id: RegistryId });

/** Wards, twins and the live stream, under /api/v1. */
export const deviceTwinRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const { fleet, twins, clock } = deps;

  app.get(
    "/wards",
    { config: { access: "map.read" }, schema: { tags: ["twin"], response: { 200: WardMap } } },
    async () => {
      const nowMs = clock.nowMs();
      const [wards, all, site] = await Promise.all([fleet.wards(), twins.twins({}, nowMs), fleet.site()]);
      return wardMap(wards, all, site?.simulated ?? false, nowMs);
    },
  );

  app.get(
    "/wards/:id",
    {
      config: { access: "map.read" },
      schema: { tags: ["twin"], params: ById, response: { 200: WardView, 404: Problem } },
    },
    async ({ params }) => {
      const nowMs = clock.nowMs();
      const ward = (await fleet.wards()).find(({ id }) => id === params.id);
      if (ward === undefined) throw new FleetError("fleet.ward-not-found", { id: params.id });
      return wardView(ward, await twins.twins({ ward: ward.id }, nowMs), nowMs);
    },
  );

  app.get(
    "/twins",
    {
      config: { access: "map.read" },
      schema: {
        tags: ["twin"],
        querystring: Type.Object({
          ward: Type.Optional(RegistryId),
          kind: Type.Optional(DeviceKind),
          cursor: Type.Optional(RegistryId),
        }),
        response: { 200: TwinList },
      },
    },
    async ({ query }) => {
      const page = await twins.twins(
        { ward: query.ward, kind: query.kind, after: query.cursor, take: PAGE + 1 },
        clock.nowMs(),
      );
      const shown = page.slice(0, PAGE);
      return { twins: shown.map(twinChip), next: page.length > PAGE ? (shown.at(-1)?.id ?? null) : null };
    },
  );

  app.get(
    "/twins/:id",
    {
      config: { access: "twin.read" },
      schema: { tags: ["twin"], params: ById, response: { 200: TwinView, 404: Problem } },
    },
    async (request) => {
      const nowMs = clock.nowMs();
      const twin = await twins.twin(request.params.id, nowMs);
      if (twin === null) throw new FleetError("fleet.device-not-found", { id: request.params.id });
      return twinView(twin, nowMs, mayDo(personIn(request).role, "twin.read-patient-derived"));
    },
  );

  await liveRoute(app, deps);
};

const LiveQuery = Type.Object({
  topics: Type.String({ maxLength: 4_000, description: "map, ward:<id>, twin:<id>, separated by commas" }),
});

/** Server-sent events: `hello` once, then `map`, `ward` and `twin` whenever what they show has changed. */
async function liveRoute(app: FastifyInstance, { views, clock, isStillSignedIn }: Deps): Promise<void> {
  app.get<{ Querystring: { topics: string } }>(
    "/live",
    {
      config: { access: "map.read", rateLimit: false },
      schema: {
        tags: ["twin"],
        querystring: LiveQuery,
        response: {
          200: { description: "text/event-stream", content: { "text/event-stream": { schema: Type.String() } } },
        },
      },
    },
    async (request, reply) => {
      const parsed = parseTopics(request.query.topics);
      if ("wrong" in parsed) throw new FleetError("twin.topic-invalid", { topic: parsed.wrong, max: TOPICS_MAX });
      if (views.readers >= READERS_MAX) throw new FleetError("request.too-many", { retryAfterS: 10 });
      const patientDerived = mayDo(personIn(request).role, "twin.read-patient-derived");
      const send = openEventStream(reply);
      send("hello", { at: new Date(clock.nowMs()).toISOString() });
      const leave = views.join({ topics: parsed.topics, patientDerived, send });
      let beats = 0;
      const heartbeat = setInterval(() => {
        reply.raw.write(": still here\n\n");
        if (++beats % SIGN_IN_BEATS !== 0) return;
        // A database that is away says nothing against the person; the next beat asks again.
        isStillSignedIn(request).then(
          (still) => void (still || reply.raw.destroy()),
          () => undefined,
        );
      }, HEARTBEAT_MS);
      const end = () => {
        clearInterval(heartbeat);
        leave();
      };
      reply.raw.on("close", end);
      // Whoever has gone away while the session was being looked up closes nothing any more.
      if (reply.raw.destroyed || request.raw.socket.destroyed) end();
      return reply;
    },
  );
}

function openEventStream(reply: FastifyReply): (event: string, data: unknown) => void {
  reply.hijack();
  reply.raw.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  return (event, data) => {
    if (reply.raw.writableLength > UNSENT_BYTES_MAX) reply.raw.destroy();
    else reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
}
