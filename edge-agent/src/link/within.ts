import { LinkError } from "./link-error.ts";

/** Waits for something no longer than a time. What is given up goes on by itself, and its end is nobody's concern. */
export async function within<Value>(work: Promise<Value>, timeoutMs: number, sentence: string): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new LinkError("link.timeout", sentence)), timeoutMs);
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
