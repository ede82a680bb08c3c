import type { FastifyInstance } from "fastify";
import { FleetError } from "./fleet-error.ts";
import type { Problem } from "./schema.ts";

/** Writes every error as RFC 9457 problem+json. What is our own fault is logged in full and told without its inside. */
export function replyWithProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const known = error instanceof FleetError ? error : translated(error);
    if (known === null) {
      request.log.error({ err: error }, "request failed");
      return reply
        .code(500)
        .type("application/problem+json")
        .send(
          problem(
            500,
            "internal",
            "Internal error",
            "Something went wrong on our side; it is in the log with this request's id. Try again.",
          ),
        );
    }
    if (known.code === "request.too-many") reply.header("retry-after", String(known.detail["retryAfterS"] ?? 1));
    return reply
      .code(known.statusCode)
      .type("application/problem+json")
      .send(problem(known.statusCode, known.code, known.title, known.message));
  });
}

/** Fastify's own refusals (schema, body size, JSON) in our words; null where the program itself is wrong. */
function translated(error: unknown): FleetError | null {
  if (!(error instanceof Error)) return null;
  if ("validation" in error && error.validation !== undefined) {
    return new FleetError("request.invalid", { what: `The request does not fit its schema: ${error.message}.` });
  }
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  return status >= 400 && status < 500 ? new FleetError("request.invalid", { what: `${error.message}.` }) : null;
}

const problem = (status: number, code: string, title: string, detail: string): Problem => ({
  type: `urn:wardtwin:problem:${code}`,
  title,
  status,
  code,
  detail,
});
