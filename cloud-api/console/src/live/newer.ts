interface Dated {
  at: string;
  version?: number;
}

/**
 * The later of two views of one thing. An answer to a request and an event of the stream may overtake each other;
 * what a page shows never goes back in time.
 */
export function newer<T extends Dated>(have: T | undefined, incoming: T): T {
  return have !== undefined && isOlder(incoming, have) ? have : incoming;
}

function isOlder(a: Dated, b: Dated): boolean {
  if (a.version !== undefined && b.version !== undefined && a.version !== b.version) return a.version < b.version;
  return Date.parse(a.at) < Date.parse(b.at);
}
