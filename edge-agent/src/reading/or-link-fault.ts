import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { LinkError, type LinkErrorCode } from "../link/link-error.ts";

/** A link's refusal becomes a fault, which is data; every other error is a bug and goes on as one. */
export async function orLinkFault<Value>(work: () => Promise<Value>): Promise<Result<Value, LinkErrorCode>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof LinkError) return fail(error.code);
    throw error;
  }
}
