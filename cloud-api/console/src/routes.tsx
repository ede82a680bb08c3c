import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { isStatus } from "./api/problem.ts";
import { sessionQuery } from "./api/queries.ts";
import type { Session } from "./api/types.ts";
import { NotFoundPage } from "./pages/not-found-page.tsx";
import { RouteError } from "./pages/route-error.tsx";
import { Shell } from "./pages/shell/shell.tsx";
import { SignInPage } from "./pages/sign-in-page.tsx";
import { WardMapPage } from "./pages/ward-map/ward-map-page.tsx";
import { PATHS } from "./paths.ts";
import { Loading } from "./ui/messages.tsx";
import { isRange, type Range } from "./ui/ribbon-range.ts";

type Search = Record<string, unknown>;
/** The router reads "12" and "true" as more than words; here they are words again. */
function textIn(search: Search, name: string): string | undefined {
  const value = search[name];
  return ["string", "number", "boolean"].includes(typeof value) && value !== "" ? String(value) : undefined;
}

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  errorComponent: RouteError,
  notFoundComponent: NotFoundPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: PATHS.signIn,
  validateSearch: (search: Search): { next?: string } => {
    const next = textIn(search, "next");
    return next === undefined ? {} : { next };
  },
  component: SignInPage,
});

const setup = createRoute({
  getParentRoute: () => root,
  path: PATHS.setup,
  component: lazyRouteComponent(() => import("./pages/setup-page.tsx"), "SetupPage"),
});

/** Whatever lies below needs a session; without one the way leads over sign-in and back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ context, location }): Promise<{ session: Session }> => {
    try {
      return { session: await context.client.ensureQueryData(sessionQuery) };
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
      throw redirect({ to: PATHS.signIn, search: location.href === PATHS.map ? {} : { next: location.href } });
    }
  },
  component: Shell,
  errorComponent: RouteError,
});

export interface MapSearch {
  ward?: string;
  wall?: "1";
}

const map = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.map,
  validateSearch: (search: Search): MapSearch => {
    const ward = textIn(search, "ward");
    return { ...(ward === undefined ? {} : { ward }), ...(textIn(search, "wall") === "1" ? { wall: "1" } : {}) };
  },
  component: WardMapPage,
});

export interface TwinSearch {
  range?: Range;
  /** What metrics are looked for by name. */
  find?: string;
  /** The groups of metrics that are opened. */
  open?: string;
}

const twin = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.twin,
  validateSearch: (search: Search): TwinSearch => {
    const [range, find, open] = [search["range"], textIn(search, "find"), textIn(search, "open")];
    return {
      ...(isRange(range) ? { range } : {}),
      ...(find === undefined ? {} : { find }),
      ...(open === undefined ? {} : { open }),
    };
  },
  component: lazyRouteComponent(() => import("./pages/twin/twin-page.tsx"), "TwinPage"),
});

const gateways = createRoute({
  getParentRoute: () => signedIn,
  path: PATHS.gateways,
  component: lazyRouteComponent(() => import("./pages/gateways-page.tsx"), "GatewaysPage"),
});

const elsewhere = createRoute({ getParentRoute: () => signedIn, path: "$", component: NotFoundPage });

const tree = root.addChildren([signIn, setup, signedIn.addChildren([map, twin, gateways, elsewhere])]);

export const createAppRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    // A ward named "12" stays a word: addresses carry plain text, not JSON.
    parseSearch: parseSearchWith((text) => text),
    stringifySearch: stringifySearchWith(String),
    defaultPreload: false,
    // A page whose code comes slowly must not leave the one before in its place.
    defaultPendingMs: 400,
    defaultPendingComponent: () => <Loading rows={4} height={44} />,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
