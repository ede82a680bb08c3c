import Type, { type Static } from "typebox";

/** RFC 9457. `code` names the error for a program, `detail` says what was wrong and what to do, for a person. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
  },
  { title: "Problem" },
);
export type Problem = Static<typeof Problem>;

/** An instant in UTC, RFC 3339 with milliseconds. */
export const Instant = Type.String({ format: "date-time" });

/** Registry ids: lower-case letters, digits and hyphens, as they stand in MQTT topics. */
export const RegistryId = Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" });
