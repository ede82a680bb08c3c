import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { newer } from "../live/newer.ts";
import { answer, api } from "./client.ts";
import type { MetricName, TwinView, WardMap, WardView } from "./types.ts";

const MINUTE_MS = 60_000;

/** What the live stream keeps fresh is asked for again only when a page opens or its window returns. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/session", { signal })),
  staleTime: 5 * MINUTE_MS,
});

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/setup", { signal })),
});

export const wardMapQuery = queryOptions({
  queryKey: ["map"],
  queryFn: async ({ signal, client }) =>
    latest<WardMap>(client, ["map"], await answer(api.GET("/api/v1/wards", { signal }))),
});

export const wardQuery = (id: string) =>
  queryOptions({
    queryKey: ["ward", id],
    queryFn: async ({ signal, client }) => {
      const fetched = await answer(api.GET("/api/v1/wards/{id}", { params: { path: { id } }, signal }));
      return latest<WardView>(client, ["ward", id], fetched);
    },
  });

export const twinQuery = (id: string) =>
  queryOptions({
    queryKey: ["twin", id],
    queryFn: async ({ signal, client }) => {
      const fetched = await answer(api.GET("/api/v1/twins/{id}", { params: { path: { id } }, signal }));
      return latest<TwinView>(client, ["twin", id], fetched);
    },
  });

/** The last hour of a metric by the server's clock, asked for again each minute while somebody looks. */
export const lastHourQuery = (id: string, metric: MetricName, nowMs: () => number) =>
  queryOptions({
    queryKey: ["history", id, metric],
    queryFn: ({ signal }) => {
      const to = nowMs();
      const query = { metric, from: new Date(to - 60 * MINUTE_MS).toISOString(), to: new Date(to).toISOString() };
      return answer(api.GET("/api/v1/twins/{id}/history", { params: { path: { id }, query }, signal }));
    },
    staleTime: MINUTE_MS,
    refetchInterval: MINUTE_MS,
  });

export const statesQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ["states", id, days],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/twins/{id}/states", { params: { path: { id }, query: { days } }, signal })),
    staleTime: MINUTE_MS,
    refetchInterval: MINUTE_MS,
  });

export const usageQuery = (id: string) =>
  queryOptions({
    queryKey: ["usage", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/twins/{id}/usage", { params: { path: { id } }, signal })),
    staleTime: MINUTE_MS,
    refetchInterval: MINUTE_MS,
  });

export const gatewaysQuery = queryOptions({
  queryKey: ["gateways"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/gateways", { signal })),
  refetchInterval: 10_000,
});

export const configurationsQuery = queryOptions({
  queryKey: ["configurations"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/configurations", { signal })),
  refetchInterval: 10_000,
});

export const unconfirmedQuery = queryOptions({
  queryKey: ["unconfirmed"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/lines/unconfirmed", { signal })),
  refetchInterval: 10_000,
});

export const discoveredQuery = queryOptions({
  queryKey: ["discovered"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/devices/discovered", { signal })),
  refetchInterval: 10_000,
});

/** What a person's word on where a device hangs may change; the stream tells it too, a moment later. */
export const afterSighting = (client: QueryClient): Promise<unknown> =>
  Promise.all(
    ["unconfirmed", "discovered", "twin", "ward", "map"].map((name) => client.invalidateQueries({ queryKey: [name] })),
  );

function latest<T extends { at: string; version?: number }>(
  client: QueryClient,
  key: readonly unknown[],
  fetched: T,
): T {
  return newer(client.getQueryData<T>(key), fetched);
}
