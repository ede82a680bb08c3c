import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import Type from "typebox";
import Value from "typebox/value";
import { personIn } from "../access/guard.ts";
import type { AccessStore } from "../access/store.ts";
import type { FleetQueries } from "../fleet/queries.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import { Problem } from "../platform/schema.ts";
import { bytesOf, isObject, parseJson } from "../shadow/json.ts";
import type { DeviceJobQueries } from "./queries.ts";
import {
  DeviceJobCanceled,
  DeviceJobCancellation,
  DeviceJobDetail,
  DeviceJobList,
  DeviceJobMade,
  JobId,
  NewDeviceJob,
} from "./schema.ts";
import { type DeviceJobStore, JOBS_PER_THING_MAX } from "./store.ts";

interface Deps {
  jobs: DeviceJobQueries;
  store: DeviceJobStore;
  fleet: FleetQueries;
  access: AccessStore;
  clock: Clock;
}

/** UTF-8 bytes of a job's document as compact JSON. */
const DOCUMENT_BYTES_MAX = 32_768;

/** What gateways and devices were asked to do, and what came of it, under /api/v1. */
export const deviceJobRoutes: FastifyPluginAsyncTypebox<Pick<Deps, "jobs">> = async (app, { jobs }) => {
  app.get(
    "/device-jobs",
    { config: { access: "device-job.read" }, schema: { tags: ["device-job"], response: { 200: DeviceJobList } } },
    async () => ({
      jobs: (await jobs.jobs()).map(({ id, createdAt, createdBy, counts }) => ({
        id,
        createdAt: createdAt.toISOString(),
        createdBy,
        counts,
      })),
    }),
  );

  app.get(
    "/device-jobs/:id",
    {
      config: { access: "device-job.read" },
      schema: {
        tags: ["device-job"],
        params: Type.Object({ id: JobId }),
        response: { 200: DeviceJobDetail, 404: Problem },
      },
    },
    async ({ params: { id } }) => {
      const job = await jobs.job(id);
      if (job === null) throw new FleetError("device-job.not-found", { id });
      return Value.Parse(DeviceJobDetail, {
        ...job,
        createdAt: job.createdAt.toISOString(),
        executions: job.executions.map((execution) => ({
          ...execution,
          version: Number(execution.version),
          queuedAt: execution.queuedAt.toISOString(),
          startedAt: execution.startedAt?.toISOString() ?? null,
          updatedAt: execution.updatedAt.toISOString(),
        })),
      });
    },
  );
};

/** Jobs made and canceled, under /api/v1. */
export const deviceJobWritingRoutes: FastifyPluginAsyncTypebox<Omit<Deps, "jobs">> = async (app, deps) => {
  const { store, fleet, access, clock } = deps;
  app.post(
    "/device-jobs",
    {
      config: { access: "device-job.write" },
      schema: {
        tags: ["device-job"],
        body: NewDeviceJob,
        response: { 200: DeviceJobMade, 400: Problem, 404: Problem, 409: Problem },
      },
    },
    async (request) => {
      const { id, things, timeoutMin = null, rolloutPerMin = null } = request.body;
      const document = JSON.stringify(request.body.document);
      const parsed = parseJson(new TextEncoder().encode(document));
      if (bytesOf(document) > DOCUMENT_BYTES_MAX || !parsed.ok || !isObject(parsed.value))
        throw new FleetError("device-job.document-invalid", { bytesMax: DOCUMENT_BYTES_MAX });
      const nowMs = clock.nowMs();
      const index = await fleet.index(nowMs);
      const unknown = things.find((thing) => index.siteOf(thing) === null);
      if (unknown !== undefined) throw new FleetError("device-job.thing-unknown", { thing: unknown });
      const createdBy = personIn(request).email;
      const job = { id, document: parsed.value, things, timeoutMin, rolloutPerMin, createdBy };
      const refused = await store.create(job, nowMs);
      if (refused !== null && "busy" in refused)
        throw new FleetError("device-job.thing-busy", { thing: refused.busy, max: JOBS_PER_THING_MAX });
      if (refused !== null) throw new FleetError("device-job.id-taken", { id });
      await access.audit({ atMs: nowMs, actor: createdBy, action: "device-job.create", subject: id });
      return { id, things: things.length };
    },
  );

  app.post(
    "/device-jobs/:id/cancellation",
    {
      config: { access: "device-job.write" },
      schema: {
        tags: ["device-job"],
        params: Type.Object({ id: JobId }),
        body: DeviceJobCancellation,
        response: { 200: DeviceJobCanceled, 404: Problem },
      },
    },
    async (request) => {
      const { id } = request.params;
      const nowMs = clock.nowMs();
      const executions = await store.cancel(id, request.body.force ?? false, nowMs);
      if (executions === null) throw new FleetError("device-job.not-found", { id });
      await access.audit({ atMs: nowMs, actor: personIn(request).email, action: "device-job.cancel", subject: id });
      return { id, executions };
    },
  );
};
