import { readFile } from "node:fs/promises";
import { TLSSocket } from "node:tls";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import fastify, { type FastifyReply, type FastifyRequest, LogController } from "fastify";
import Type from "typebox";
import { type Peer, peerOf } from "../broker/rules.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { ShadowDesk } from "./desk.ts";
import { listingOf, pageOf } from "./listing.ts";
import type { Refusal } from "./request.ts";
import { SHADOW_LIMITS } from "./rules.ts";
import type { ShadowService } from "./service.ts";
import type { ShadowStore } from "./store.ts";
import { isShadowName, isThingName, type Verb } from "./topics.ts";

interface Deps {
  desk: ShadowDesk;
  store: ShadowStore;
  /** Who listens over MQTT hears of what is changed here. */
  service: ShadowService;
  /** Whether the registry lets the holder of a certificate use a thing's shadows. */
  mayUse(peer: Peer, thing: string): Promise<boolean>;
  clock: Clock;
  log: Log;
}

interface Files {
  caFile: string;
  certFile: string;
  keyFile: string;
}

const CONNECTIONS_MAX = 1_024;
const REQUEST_TIMEOUT_MS = 30_000;
/** The longest name of a thing. */
const PARAMETER_CHARACTERS_MAX = 128;
const TOO_LARGE = "The payload exceeds the maximum size allowed";

const OfThing = Type.Object({ thing: Type.String() });
const OfShadow = Type.Object({ name: Type.Optional(Type.String()) });
const OfPage = Type.Object({ pageSize: Type.Optional(Type.Integer()), nextToken: Type.Optional(Type.String()) });

/**
 * Shadows over HTTPS, as the data plane of AWS IoT has them: a client shows the certificate that it shows the broker. A refusal
 * is `{message}` under AWS's code.
 */
export async function buildShadowApp(deps: Deps, { caFile, certFile, keyFile }: Files) {
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map((file) => readFile(file, "utf8")));
  const app = fastify({
    https: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
    },
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: SHADOW_LIMITS.messageBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) => refuse(reply, { code: 404, message: "Not Found" }));
  app.setErrorHandler(async (error, request, reply) => {
    const code = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
    if (code === 413) return refuse(reply, { code, message: TOO_LARGE });
    if (code < 500) return refuse(reply, { code, message: error instanceof Error ? error.message : "Bad Request" });
    deps.log.error({ err: error, url: request.url }, "a request for a shadow failed");
    return refuse(reply, { code: 500, message: "Internal service failure" });
  });
  await app.register(shadowRoutes, deps);
  return app;
}

const shadowRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { desk, store, service, mayUse, clock }) => {
  /** Why the sender may not use a thing; null where it may. */
  async function refusal(request: FastifyRequest, thing: string): Promise<Refusal | null> {
    if (!isThingName(thing)) return { code: 400, message: "Invalid thing name" };
    const { socket } = request.raw;
    const peer = socket instanceof TLSSocket ? peerOf(socket.getPeerCertificate()) : null;
    return peer !== null && (await mayUse(peer, thing)) ? null : { code: 403, message: "Forbidden" };
  }

  for (const [method, verb] of METHODS) {
    app.route({
      method,
      url: "/things/:thing/shadow",
      schema: { params: OfThing, querystring: OfShadow },
      handler: async (request, reply) => {
        const { thing } = request.params;
        const { name } = request.query;
        const refused = await refusal(request, thing);
        if (refused !== null) return refuse(reply, refused);
        if (name !== undefined && !isShadowName(name))
          return refuse(reply, { code: 400, message: "Invalid shadow name" });
        const address = { thing, shadow: name ?? null };
        const payload = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        const messages = await desk.ask({ address, verb, payload });
        const [first] = messages;
        if (first === undefined) throw new Error("a request without an answer");
        if (first.channel === "rejected") {
          const told: Refusal = JSON.parse(first.payload);
          return refuse(reply, told);
        }
        if (verb !== "get") service.tell(address, verb, messages);
        return reply.type("application/json").send(first.payload);
      },
    });
  }

  app.get(
    "/api/things/shadow/ListNamedShadowsForThing/:thing",
    { schema: { params: OfThing, querystring: OfPage } },
    async (request, reply) => {
      const { thing } = request.params;
      const refused = await refusal(request, thing);
      if (refused !== null) return refuse(reply, refused);
      const page = pageOf(request.query);
      if (!page.ok) return refuse(reply, page.fault);
      return listingOf(await store.names(thing, page.value), page.value, Math.floor(clock.nowMs() / 1_000));
    },
  );
};

const METHODS: readonly (readonly [method: "GET" | "POST" | "DELETE", verb: Verb])[] = [
  ["GET", "get"],
  ["POST", "update"],
  ["DELETE", "delete"],
];

const refuse = (reply: FastifyReply, { code, message }: Refusal) => reply.status(code).send({ message });
