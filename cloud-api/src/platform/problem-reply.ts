import type { FastifyReply, FastifyRequest } from "fastify";
import { isOutOfReach } from "./database.ts";
import { FleetError, type FleetErrorCode } from "./fleet-error.ts";
import type { Problem } from "./schema.ts";

/** An embedded PostgreSQL that was killed is back within about this time. */
const RETRY_AFTER_S = 5;

/** Writes any error as RFC 9457 problem+json. What is our own fault is logged in full and told without its inside. */
export function problemReply(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof FleetError ? error : translated(error);
  if (known === null) request.log.error({ err: error }, "request failed");
  if (known?.code === "platform.database-away") reply.header("retry-after", String(RETRY_AFTER_S));
  if (known?.code === "request.too-many") reply.header("retry-after", String(known.detail["retryAfterS"] ?? 1));
  const problem = known === null ? INTERNAL : problemOf(known);
  return reply.code(problem.status).type("application/problem+json").send(problem);
}

/** Fastify's own refusals (schema, body size, JSON) in our words; null where the program itself is wrong. */
function translated(error: unknown): FleetError | null {
  if (!(error instanceof Error)) return null;
  if ("validation" in error && error.validation !== undefined) {
    return new FleetError("request.invalid", { what: `The request does not fit its schema: ${error.message}.` });
  }
  if (isOutOfReach(error)) return new FleetError("platform.database-away");
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  if (status < 400 || status >= 500) return null;
  return new FleetError(CODES[status] ?? "request.invalid", { what: `${error.message.replace(/\.$/, "")}.` });
}

const CODES: Readonly<Record<number, FleetErrorCode>> = { 413: "request.too-large", 415: "request.media-type" };

const typeOf = (code: string) => `urn:wardtwin:problem:${code}`;

const problemOf = ({ statusCode, code, title, message }: FleetError): Problem => ({
  type: typeOf(code),
  title,
  status: statusCode,
  code,
  detail: message,
});

const INTERNAL: Problem = {
  type: typeOf("internal"),
  title: "Internal error",
  status: 500,
  code: "internal",
  detail: "Something went wrong on our side; it is in the log. Try again.",
};
