import "@mantine/core/styles.css";
import "./ui/tokens.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, isStatus } from "./api/problem.ts";
import { sessionQuery } from "./api/queries.ts";
import { writeEvent } from "./live/cache.ts";
import { LiveContext } from "./live/hooks.ts";
import { connectToOwner, createLiveClient } from "./live/live-client.ts";
import { PATHS, safeNext } from "./paths.ts";
import { createAppRouter } from "./routes.tsx";
import { onSessionElsewhere } from "./session-channel.ts";
import { theme } from "./ui/theme.ts";

/** A refusal stays a refusal; only an outage is worth a second try. */
const retry = (failures: number, error: unknown): boolean =>
  failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500);

const client = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => isStatus(error, 401) && leave() }),
  defaultOptions: { queries: { retry, staleTime: 10_000 } },
});
const router = createAppRouter(client);
const live = createLiveClient(
  { event: (topic, data) => writeEvent(client, topic, data), refused: leave },
  connectToOwner,
);

/** The session is over: forget what it showed, and come back here after the next sign-in. */
function leave(): void {
  const { pathname, href } = router.state.location;
  if (pathname === PATHS.signIn || pathname === PATHS.setup) return;
  client.removeQueries();
  void router.navigate({ to: PATHS.signIn, search: href === PATHS.map ? {} : { next: href }, replace: true });
}

/** Another tab signed somebody in or out: this one goes on as that person, or to the sign-in page. */
async function followSession(): Promise<void> {
  client.removeQueries({ queryKey: sessionQuery.queryKey });
  const { pathname, search } = router.state.location;
  if (pathname !== PATHS.signIn) return router.invalidate();
  const session = await client.fetchQuery({ ...sessionQuery, retry: false }).catch(() => null);
  if (session !== null) router.history.push(safeNext(search.next));
}
onSessionElsewhere(() => void followSession());

/**
 * A page of a build that the server has replaced cannot be fetched any more; the new build has it. Once for each build,
 * so that a broken one does not load for ever.
 */
window.addEventListener("vite:preloadError", () => {
  if (sessionStorage.getItem("wardtwin-reloaded") === import.meta.url) return;
  sessionStorage.setItem("wardtwin-reloaded", import.meta.url);
  location.reload();
});

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no #root");
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={localStorageColorSchemeManager()}>
      <QueryClientProvider client={client}>
        <LiveContext value={live}>
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
