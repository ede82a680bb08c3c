import Type, { type Static } from "typebox";
import { Instant, RegistryId } from "../platform/schema.ts";

export const JobId = Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$" });
const Minutes = Type.Integer({ minimum: 1, maximum: 10_080 });

/** What a gateway or a device is to be told once. The document is its receiver's business; it never holds a secret. */
export const NewDeviceJob = Type.Object({
  id: JobId,
  document: Type.Record(Type.String(), Type.Unknown(), { description: "At most 32 KB of JSON" }),
  things: Type.Array(RegistryId, { minItems: 1, maxItems: 1_000, uniqueItems: true }),
  timeoutMin: Type.Optional(Minutes),
  rolloutPerMin: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
});
export type NewDeviceJob = Static<typeof NewDeviceJob>;

/** HELD is a job that is rolled out later; the others are AWS's words. */
const Status = Type.Enum([
  "HELD",
  "QUEUED",
  "IN_PROGRESS",
  "FAILED",
  "SUCCEEDED",
  "CANCELED",
  "TIMED_OUT",
  "REJECTED",
  "REMOVED",
]);

export const DeviceJobMade = Type.Object({ id: JobId, things: Type.Integer() }, { title: "DeviceJobMade" });

export const DeviceJobList = Type.Object(
  {
    jobs: Type.Array(
      Type.Object({
        id: JobId,
        createdAt: Instant,
        createdBy: Type.String(),
        /** How many executions are in each state; a state that none is in is left out. */
        counts: Type.Record(Type.String(), Type.Integer()),
      }),
    ),
  },
  { title: "DeviceJobList" },
);

export const DeviceJobDetail = Type.Object(
  {
    id: JobId,
    document: Type.Record(Type.String(), Type.Unknown()),
    timeoutMin: Type.Union([Type.Integer(), Type.Null()]),
    createdAt: Instant,
    createdBy: Type.String(),
    executions: Type.Array(
      Type.Object({
        thing: Type.String(),
        status: Status,
        statusDetails: Type.Record(Type.String(), Type.String()),
        version: Type.Integer(),
        queuedAt: Instant,
        startedAt: Type.Union([Instant, Type.Null()]),
        updatedAt: Instant,
        cancelAsked: Type.Boolean(),
      }),
    ),
  },
  { title: "DeviceJobDetail" },
);
export type DeviceJobDetail = Static<typeof DeviceJobDetail>;

/** `force` cancels what is in progress, too. */
export const DeviceJobCancellation = Type.Object({ force: Type.Optional(Type.Boolean()) });
export const DeviceJobCanceled = Type.Object({ id: JobId, executions: Type.Integer() }, { title: "DeviceJobCanceled" });
