import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import Type from "typebox";
import Value from "typebox/value";
import { personIn } from "../access/guard.ts";
import type { AccessStore } from "../access/store.ts";
import type { FleetQueries } from "../fleet/queries.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import { Problem, RegistryId } from "../platform/schema.ts";
import { configurationOf, revisionOf, wishChange, wishFault } from "./rules.ts";
import { GatewayConfiguration, GatewayConfigurations, WishedConfiguration } from "./schema.ts";
import type { ConfigurationShadows } from "./shadows.ts";

interface Deps {
  fleet: FleetQueries;
  access: AccessStore;
  shadows: ConfigurationShadows;
  clock: Clock;
}

/** A gateway's own reports make versions too; so often a wish is made anew in sight of one. */
const TRIES_MAX = 5;
const OfGateway = Type.Object({ id: RegistryId });

/** What is wished of gateways and what they made of it, under /api/v1. */
export const configurationRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { fleet, access, shadows, clock }) => {
  async function known(id: string): Promise<string> {
    if ((await fleet.gateway(id)) === null) throw new FleetError("fleet.gateway-not-found", { id });
    return id;
  }
  const told = async (id: string) => (await shadows.read([id])).get(id) ?? null;

  app.get(
    "/configurations",
    { config: { access: "gateway.read" }, schema: { tags: ["fleet"], response: { 200: GatewayConfigurations } } },
    async () => {
      const ids = (await fleet.gateways()).map(({ id }) => id);
      const found = await shadows.read(ids);
      return { configurations: ids.map((id) => configurationOf(id, found.get(id) ?? null)) };
    },
  );

  app.get(
    "/gateways/:id/configuration",
    {
      config: { access: "gateway.read" },
      schema: { tags: ["fleet"], params: OfGateway, response: { 200: GatewayConfiguration, 404: Problem } },
    },
    async ({ params }) => {
      const id = await known(params.id);
      return configurationOf(id, await told(id));
    },
  );

  app.put(
    "/gateways/:id/configuration",
    {
      config: { access: "gateway.configure" },
      schema: {
        tags: ["fleet"],
        params: OfGateway,
        body: WishedConfiguration,
        response: { 200: GatewayConfiguration, 400: Problem, 404: Problem, 409: Problem, 503: Problem },
      },
      // The validation that follows takes unknown members away, and nobody would learn that they mean nothing.
      preValidation: async ({ body }) => refuseUnsound(body),
    },
    async (request) => {
      const id = await known(request.params.id);
      const fault = wishFault(request.body);
      if (fault !== null) throw new FleetError("configuration.unsound", { at: "/settings", why: fault });
      await wish(id, request.body);
      const actor = personIn(request).email;
      const detail = { revision: String(request.body.revision + 1) };
      await access.audit({ atMs: clock.nowMs(), actor, action: "gateway.configure", subject: id, detail });
      return configurationOf(id, await told(id));
    },
  );

  async function wish(id: string, wished: WishedConfiguration): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const now = await told(id);
      const revision = revisionOf(now);
      if (revision !== wished.revision) throw new FleetError("configuration.conflict", { gateway: id, revision });
      if (await shadows.wish(id, wishChange(now, wished), now)) return;
    }
    throw new FleetError("configuration.not-taken", { gateway: id, why: "it changes without a pause" });
  }
};

function refuseUnsound(body: unknown): void {
  if (Value.Check(WishedConfiguration, body)) return;
  const [first] = Value.Errors(WishedConfiguration, body);
  // A key that the schema does not know is told as a schema that nothing satisfies.
  const why = first?.keyword === "boolean" ? "is no setting" : (first?.message ?? "is not as it should be");
  throw new FleetError("configuration.unsound", { at: first?.instancePath || "/", why });
}
