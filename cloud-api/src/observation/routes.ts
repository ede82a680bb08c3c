import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import Type from "typebox";
import { personIn } from "../access/guard.ts";
import { mayDo } from "../access/rules.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import { Problem, RegistryId } from "../platform/schema.ts";
import { HISTORY_DAYS_MAX, type ObservationQueries, RIBBON_DAYS_MAX, spanDays } from "./queries.ts";
import { DAY_MS } from "./rules.ts";
import { History, HistoryQuery, StateRibbon, Usage } from "./schema.ts";

interface Deps {
  observations: ObservationQueries;
  clock: Clock;
}

const ById = Type.Object({ id: RegistryId });
const Days = Type.Object({ days: Type.Integer({ minimum: 1, maximum: RIBBON_DAYS_MAX, default: RIBBON_DAYS_MAX }) });

/** History, states and hours of one device, under /api/v1/twins. */
export const observationRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { observations, clock }) => {
  async function known(id: string): Promise<string> {
    if (!(await observations.isDevice(id))) throw new FleetError("fleet.device-not-found", { id });
    return id;
  }

  app.get(
    "/twins/:id/history",
    {
      config: { access: "twin.read" },
      schema: {
        tags: ["observation"],
        params: ById,
        querystring: HistoryQuery,
        response: { 200: History, 400: Problem, 403: Problem, 404: Problem },
      },
    },
    async (request) => {
      const { metric, from, to } = request.query;
      const { role } = personIn(request);
      if (metricTerm(metric).origin === "patient-derived" && !mayDo(role, "twin.read-patient-derived")) {
        throw new FleetError("access.forbidden", {
          role,
          allowed: "biomedical engineers, because the value derives from a patient",
        });
      }
      const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
      const days = spanDays(fromMs, toMs);
      if (!(days > 0 && days <= HISTORY_DAYS_MAX))
        throw new FleetError("observation.range-invalid", { daysMax: HISTORY_DAYS_MAX });
      return observations.history(await known(request.params.id), metric, fromMs, toMs);
    },
  );

  app.get(
    "/twins/:id/states",
    {
      config: { access: "twin.read" },
      schema: { tags: ["observation"], params: ById, querystring: Days, response: { 200: StateRibbon, 404: Problem } },
    },
    async ({ params, query }) => {
      const nowMs = clock.nowMs();
      return observations.states(await known(params.id), nowMs - query.days * DAY_MS, nowMs);
    },
  );

  app.get(
    "/twins/:id/usage",
    {
      config: { access: "twin.read" },
      schema: { tags: ["observation"], params: ById, response: { 200: Usage, 404: Problem } },
    },
    async ({ params }) => observations.usage(await known(params.id)),
  );
};
