import "@fastify/cookie";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import {
  isSameOrigin,
  isSessionAlive,
  mayDo,
  PERMISSIONS,
  type Permission,
  type RouteAccess,
  SESSION_TOUCH_MS,
} from "./rules.ts";
import type { User } from "./schema.ts";
import type { AccessStore } from "./store.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may call this route; the guard refuses to start without it. */
    access?: RouteAccess;
  }
  interface FastifyRequest {
    signedIn: User | null;
  }
}

export const SESSION_COOKIE = "wardtwin_session";
const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/** The one place where a request becomes a person, and a person is let through or not. */
export function guard(app: FastifyInstance, { access, clock }: { access: AccessStore; clock: Clock }): void {
  app.decorateRequest("signedIn", null);
  app.addHook("onRoute", (route) => {
    if (route.url.startsWith("/api/") && route.config?.access === undefined) {
      throw new Error(`${route.method} ${route.url} does not say who may call it`);
    }
  });
  app.addHook("preValidation", async (request) => {
    const needed = request.routeOptions.config.access;
    if (needed === undefined || needed === "public") return;
    request.signedIn = await personOf(request, access, clock);
    if (request.signedIn === null) throw new FleetError("access.sign-in-needed");
    if (!mayDo(request.signedIn.role, needed)) throw forbidden(request.signedIn, needed);
  });
  app.addHook("onRequest", async (request) => {
    if (SAFE_METHODS.includes(request.method)) return;
    if (!isSameOrigin(request.headers.origin, request.headers.host)) throw new FleetError("access.cross-site");
  });
}

const forbidden = (user: User, needed: Permission) =>
  new FleetError("access.forbidden", { role: user.role, allowed: PERMISSIONS[needed].join(", ") });

async function personOf(request: FastifyRequest, access: AccessStore, clock: Clock): Promise<User | null> {
  const token = request.cookies[SESSION_COOKIE];
  const session = await sessionOf(token, access, clock);
  if (token === undefined || session === null) return null;
  const nowMs = clock.nowMs();
  if (nowMs - session.seenAtMs > SESSION_TOUCH_MS) await access.touchSession(token, nowMs);
  return session.user;
}

async function sessionOf(token: string | undefined, access: AccessStore, clock: Clock) {
  const session = token === undefined ? null : await access.session(token);
  return session !== null && isSessionAlive(session, clock.nowMs()) ? session : null;
}

/**
 * Whether the person of a request that is still being answered may go on: the session lives, and its user has the role that
 * the answer began with. Asking is no use of the session: a page that is left open ends with it.
 */
export async function isStillSignedIn(request: FastifyRequest, access: AccessStore, clock: Clock): Promise<boolean> {
  const session = await sessionOf(request.cookies[SESSION_COOKIE], access, clock);
  return session !== null && session.user.role === request.signedIn?.role;
}

/** The signed-in person of a guarded route. @throws when the route is public: a bug of the caller. */
export function personIn(request: FastifyRequest): User {
  if (request.signedIn === null) throw new Error(`${request.url} is not guarded`);
  return request.signedIn;
}
