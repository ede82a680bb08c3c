import { strings } from "../strings/strings.ts";

/** A refusal or failure in words for a person: what was wrong and what to do. `status` 0: the server was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;

  constructor(status: number, code: string, title: string, detail: string) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.title = title;
  }
}

const text = (value: unknown): string | null => (typeof value === "string" && value.length > 0 ? value : null);

/** Reads problem+json; whatever else a proxy in between may send becomes a sentence of our own. */
export function apiError(status: number, body: unknown): ApiError {
  const problem: Partial<Record<"code" | "title" | "detail", unknown>> =
    typeof body === "object" && body !== null ? body : {};
  const fallback = status === 429 ? strings.problem.tooMany : strings.problem.unexpected(status);
  return new ApiError(
    status,
    text(problem.code) ?? "unknown",
    text(problem.title) ?? fallback.title,
    text(problem.detail) ?? fallback.detail,
  );
}

export function unreachableError(): ApiError {
  return new ApiError(0, "network", strings.problem.network.title, strings.problem.network.detail);
}

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof ApiError && error.status === status;

/** Title and sentence of whatever was thrown; nothing of a program's inside reaches the page. */
export function explained(error: unknown): { title: string; detail: string } {
  if (error instanceof ApiError) return { title: error.title, detail: error.message };
  return strings.problem.internal;
}
