import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { Refusal } from "./request.ts";
import { isShadowName } from "./topics.ts";

const PAGE_DEFAULT = 25;
const PAGE_MAX = 100;

/** Which page of a thing's named shadows is asked for: so many names after one. */
export interface Page {
  size: number;
  /** The last name of the page before; empty for the first page. */
  after: string;
}

export interface Listing {
  results: readonly string[];
  nextToken?: string;
  timestamp: number;
}

/** Reads what a caller asks for. @param nextToken as the page before gave it */
export function pageOf({ pageSize, nextToken }: { pageSize?: number; nextToken?: string }): Result<Page, Refusal> {
  const size = pageSize ?? PAGE_DEFAULT;
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX) return fail({ code: 400, message: "Invalid pageSize" });
  if (nextToken === undefined) return ok({ size, after: "" });
  return isShadowName(nextToken) ? ok({ size, after: nextToken }) : fail({ code: 400, message: "Invalid nextToken" });
}

/** @param names of the thing's living named shadows after `page.after`, in order: one more than the page holds, if there is one */
export function listingOf(names: readonly string[], page: Page, nowS: number): Listing {
  const results = names.slice(0, page.size);
  const last = names.length > page.size ? results.at(-1) : undefined;
  return { results, ...(last === undefined ? {} : { nextToken: last }), timestamp: nowS };
}
