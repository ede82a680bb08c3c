import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import Type from "typebox";
import type { CertificateAuthority } from "./access/certificate-authority.ts";
import { guard, isStillSignedIn, SESSION_COOKIE } from "./access/guard.ts";
import { accountRoutes, sessionRoutes } from "./access/routes.ts";
import type { AccessStore } from "./access/store.ts";
import { configurationRoutes } from "./configuration/routes.ts";
import type { ConfigurationShadows } from "./configuration/shadows.ts";
import type { DeviceJobQueries } from "./device-job/queries.ts";
import { deviceJobRoutes, deviceJobWritingRoutes } from "./device-job/routes.ts";
import type { DeviceJobStore } from "./device-job/store.ts";
import type { LiveViews } from "./device-twin/live-views.ts";
import type { TwinQueries } from "./device-twin/queries.ts";
import { deviceTwinRoutes } from "./device-twin/routes.ts";
import { clientRoutes } from "./fleet/client-routes.ts";
import type { ClientStore } from "./fleet/client-store.ts";
import type { FleetQueries } from "./fleet/queries.ts";
import { certificateRoutes, fleetRoutes, revocationRoutes, sightingRoutes } from "./fleet/routes.ts";
import type { FleetStore } from "./fleet/store.ts";
import type { ObservationQueries } from "./observation/queries.ts";
import { observationRoutes } from "./observation/routes.ts";
import type { Clock } from "./platform/clock.ts";
import { FleetError } from "./platform/fleet-error.ts";
import type { LiveBus } from "./platform/live.ts";
import type { Log } from "./platform/log.ts";
import { hoistTitledSchemas } from "./platform/openapi.ts";
import { problemReply } from "./platform/problem-reply.ts";
import type { Random } from "./platform/random.ts";
import { claimRoutes, provisioningRoutes } from "./provisioning/routes.ts";
import type { ProvisioningStore } from "./provisioning/store.ts";

export interface AppDeps {
  access: AccessStore;
  authority: CertificateAuthority;
  fleet: FleetQueries;
  fleetStore: FleetStore;
  clients: ClientStore;
  provisioning: ProvisioningStore;
  deviceJobs: DeviceJobStore;
  deviceJobQueries: DeviceJobQueries;
  configurations: ConfigurationShadows;
  twins: TwinQueries;
  views: LiveViews;
  live: LiveBus;
  observations: ObservationQueries;
  clock: Clock;
  random: Random;
  log: Log;
  /** The built console; null where this process serves the API alone. */
  consoleDir: string | null;
}

const API = "/api/v1";
const BODY_BYTES_MAX = 1_048_576;
const REQUESTS_PER_MIN = 1_200;

/** The HTTP side of the cloud: every route in flow order, behind one guard. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { access, authority, fleet, fleetStore, twins, views, live, observations, clock, random, log, consoleDir } =
    deps;
  const loggerInstance: FastifyBaseLogger = log;
  const app: FastifyInstance = fastify({
    loggerInstance,
    // Told by the problem reply where something fails; a line for each request would bury it.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => void problemReply(error, request, reply),
    ajv: { customOptions: { allErrors: false, coerceTypes: "array", useDefaults: true } },
  });
  app.setErrorHandler(problemReply);
  app.setNotFoundHandler((request) => {
    throw new FleetError("request.not-found", { method: request.method, path: request.url.split("?")[0] ?? "" });
  });
  await app.register(fastifyHelmet, { contentSecurityPolicy: { directives: CSP }, strictTransportSecurity: false });
  await app.register(fastifyCookie);
  await app.register(fastifyRateLimit, {
    max: REQUESTS_PER_MIN,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      new FleetError("request.too-many", { retryAfterS: Math.ceil(ttl / 1_000) }),
  });
  await app.register(fastifySwagger, { openapi: OPENAPI });
  guard(app, { access, clock });
  await app.register(sessionRoutes, { prefix: API, access, fleet, clock, random });
  await app.register(accountRoutes, { prefix: API, access, fleet, clock, random });
  const registry = { prefix: API, fleet, store: fleetStore, access, authority, live, clock };
  await app.register(fleetRoutes, registry);
  await app.register(sightingRoutes, registry);
  await app.register(certificateRoutes, registry);
  await app.register(revocationRoutes, registry);
  await registerDoors(app, deps);
  await app.register(configurationRoutes, { prefix: API, fleet, access, shadows: deps.configurations, clock });
  await app.register(deviceTwinRoutes, {
    prefix: API,
    fleet,
    twins,
    views,
    clock,
    isStillSignedIn: (request) => isStillSignedIn(request, access, clock),
  });
  await app.register(observationRoutes, { prefix: API, observations, clock });
  app.get(
    `${API}/openapi.json`,
    { config: { access: "public" }, schema: { hide: true, response: { 200: Type.Unknown() } } },
    async () => hoistTitledSchemas(app.swagger()),
  );
  if (consoleDir !== null) await serveConsole(app, consoleDir);
  return app;
}

/** Who else may come to the broker, and what things are asked to do there. */
async function registerDoors(app: FastifyInstance, deps: AppDeps): Promise<void> {
  const { clients, provisioning, deviceJobs, deviceJobQueries, fleet, access, authority, live, clock, random } = deps;
  const common = { prefix: API, fleet, access, live, clock };
  await app.register(clientRoutes, { ...common, clients });
  await app.register(claimRoutes, { prefix: API, store: provisioning });
  await app.register(provisioningRoutes, { ...common, store: provisioning, authority, random });
  await app.register(deviceJobRoutes, { prefix: API, jobs: deviceJobQueries });
  await app.register(deviceJobWritingRoutes, { ...common, store: deviceJobs });
}

const CSP = {
  "default-src": ["'self'"],
  "style-src": ["'self'", "'unsafe-inline'"],
  "font-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "connect-src": ["'self'"],
  "worker-src": ["'self'"],
  "frame-ancestors": ["'none'"],
  // The console is served over plain HTTP on the loopback interface; asking for HTTPS would break it there.
  "upgrade-insecure-requests": null,
};

const OPENAPI = {
  openapi: "3.1.0",
  info: {
    title: "Wardtwin",
    version: "1",
    description:
      "Live twins of a hospital's equipment, for maintenance and logistics. No patient monitor, no clinical alarms, no therapy control.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  components: {
    securitySchemes: { session: { type: "apiKey" as const, in: "cookie" as const, name: SESSION_COOKIE } },
  },
  security: [{ session: [] }],
};

/** Every path that is no file is a state of the console, which draws it by itself. */
async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, "index.html"))) return;
  await app.register(fastifyStatic, { root: folder, wildcard: false, index: false, maxAge: "1y", immutable: true });
  app.get("/*", { schema: { hide: true }, config: { rateLimit: false } }, (request, reply) => {
    if (request.url.startsWith("/api/") || request.url.startsWith("/assets/")) {
      throw new FleetError("request.not-found", { method: request.method, path: request.url.split("?")[0] ?? "" });
    }
    return reply.sendFile("index.html", { maxAge: 0, immutable: false });
  });
}
