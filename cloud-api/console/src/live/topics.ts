/** What a page can look at live. The names are the API's. */
export type Topic = "map" | `ward:${string}` | `twin:${string}`;

/** The API takes at most this many topics in one stream. */
export const TOPICS_MAX = 50;

export const wardTopic = (id: string): Topic => `ward:${id}`;
export const twinTopic = (id: string): Topic => `twin:${id}`;

/**
 * What all tabs together want, sorted, without repeats. Later tabs win where the limit is reached: they are the ones
 * that somebody has just opened.
 */
export function unionOf(wanted: Iterable<readonly Topic[]>): Topic[] {
  const newestFirst = [...wanted].reverse().flat();
  return [...new Set(newestFirst)].slice(0, TOPICS_MAX).sort();
}

export const sameTopics = (a: readonly Topic[], b: readonly Topic[]): boolean =>
  a.length === b.length && a.every((topic, index) => topic === b[index]);

/** The topic that an event of the stream belongs to, or null where the event is none of ours. */
export function topicOf(event: string, data: unknown): Topic | null {
  if (event === "map") return "map";
  if (!isObject(data)) return null;
  if (event === "twin") return idOf(data, twinTopic);
  if (event === "ward" && isObject(data["ward"])) return idOf(data["ward"], wardTopic);
  return null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const idOf = (holder: Record<string, unknown>, topic: (id: string) => Topic): Topic | null =>
  typeof holder["id"] === "string" ? topic(holder["id"]) : null;
