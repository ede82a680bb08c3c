import type { QueryClient } from "@tanstack/react-query";
import type { TwinView, WardMap, WardView } from "../api/types.ts";
import { newer } from "./newer.ts";
import type { Topic } from "./topics.ts";

/** Puts an object of the stream where the page's query looks for it. */
export function writeEvent(client: QueryClient, topic: Topic, data: unknown): void {
  const [, id] = topic.split(":");
  if (isMap(topic, data)) client.setQueryData<WardMap>(["map"], (have) => newer(have, data));
  else if (isWard(topic, data)) client.setQueryData<WardView>(["ward", id], (have) => newer(have, data));
  else if (isTwin(topic, data)) client.setQueryData<TwinView>(["twin", id], (have) => newer(have, data));
}

// The stream tells the same objects as the answers do, from the same schemas; what is checked here is that it is one.
const isDated = (data: unknown): boolean => typeof data === "object" && data !== null && "at" in data;
const isMap = (topic: Topic, data: unknown): data is WardMap => topic === "map" && isDated(data);
const isWard = (topic: Topic, data: unknown): data is WardView => topic.startsWith("ward:") && isDated(data);
const isTwin = (topic: Topic, data: unknown): data is TwinView => topic.startsWith("twin:") && isDated(data);
