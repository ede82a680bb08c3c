/** Every page's address. */
export const PATHS = {
  map: "/",
  twin: "/twins/$id",
  gateways: "/gateways",
  signIn: "/sign-in",
  setup: "/setup",
} as const;

/** A way back after sign-in: a path of this site, or the map. An address of another site is never followed. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !next.startsWith("/") || /^\/[/\\]/.test(next)) return PATHS.map;
  return next;
}

/** What stands after "#token=" in the set-up link, or null. */
export function setupToken(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token");
}
