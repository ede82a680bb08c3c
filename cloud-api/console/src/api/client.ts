import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.ts";
import { apiError, unreachableError } from "./problem.ts";

/** The paths of the document stand from the root; the session travels in a cookie of the same origin. */
export const api = createClient<paths>({ credentials: "same-origin", headers: { accept: "application/json" } });

interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; anything else is thrown as an ApiError. */
export async function answer<T>(reply: Promise<Reply<T>>): Promise<T> {
  const { data, error, response } = await settled(reply);
  if (!response.ok) throw apiError(response.status, error);
  if (data === undefined) throw apiError(response.status, null);
  return data;
}

/** For answers without a body. */
export async function done(reply: Promise<Reply<unknown>>): Promise<void> {
  const { error, response } = await settled(reply);
  if (!response.ok) throw apiError(response.status, error);
}

async function settled<T>(reply: Promise<Reply<T>>): Promise<Reply<T>> {
  try {
    return await reply;
  } catch (cause) {
    // A request that its page no longer wants is no outage.
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachableError();
  }
}
