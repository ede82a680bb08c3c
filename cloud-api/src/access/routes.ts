import "@fastify/cookie";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import type { FleetQueries } from "../fleet/queries.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { Random } from "../platform/random.ts";
import { Problem } from "../platform/schema.ts";
import { personIn, SESSION_COOKIE } from "./guard.ts";
import { hashPassword, SALT_BYTES, verifyPassword } from "./password.ts";
import { SESSION_LIFE_MS } from "./rules.ts";
import { NewUser, Session, Setup, SetupState, SignIn, User, UserList } from "./schema.ts";
import type { AccessStore } from "./store.ts";

interface Deps {
  access: AccessStore;
  fleet: FleetQueries;
  clock: Clock;
  random: Random;
}

const TOKEN_BYTES = 32;
/** Guessing is slowed per address; the demo's own sign-ins stay far below it. */
const SIGN_INS_PER_MIN = 20;

const limited = { rateLimit: { max: SIGN_INS_PER_MIN, timeWindow: 60_000 } };

/** Sign-in and sign-out, under /api/v1. */
export const sessionRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const { access, random } = deps;
  // Checked when the address is unknown, so that the answer takes as long as for a known one.
  const nobody = await hashPassword(tokenOf(random), random.bytes(SALT_BYTES));
  const audit = auditor(deps);

  app.post(
    "/session",
    {
      config: { access: "public", ...limited },
      schema: { tags: ["access"], body: SignIn, response: { 200: Session, 401: Problem } },
    },
    async (request, reply) => {
      const found = await access.credentials(request.body.email);
      const fits = await verifyPassword(request.body.password, found?.passwordHash ?? nobody);
      if (found === null || !fits) {
        await audit(request.body.email, "sign-in.refused", request.ip);
        throw new FleetError("access.sign-in-refused");
      }
      await openSession(deps, reply, request, found.user);
      await audit(found.user.email, "sign-in", request.ip);
      return sessionOf(deps, found.user);
    },
  );

  app.get(
    "/session",
    { config: { access: "session.own" }, schema: { tags: ["access"], response: { 200: Session, 401: Problem } } },
    async (request) => sessionOf(deps, personIn(request)),
  );

  app.delete(
    "/session",
    { config: { access: "session.own" }, schema: { tags: ["access"], response: { 204: Type.Null(), 401: Problem } } },
    async (request, reply) => {
      await access.closeSession(request.cookies[SESSION_COOKIE] ?? "");
      reply.clearCookie(SESSION_COOKIE, { path: "/" });
      return reply.code(204).send(null);
    },
  );
};

/** The one-time set-up and people's accounts, under /api/v1. */
export const accountRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const { access, fleet, clock, random } = deps;
  const hash = (password: string) => hashPassword(password, random.bytes(SALT_BYTES));
  const audit = auditor(deps);

  app.get(
    "/setup",
    { config: { access: "public" }, schema: { tags: ["access"], response: { 200: SetupState } } },
    async () => ({ open: (await access.countUsers()) === 0, simulated: (await fleet.site())?.simulated ?? false }),
  );

  app.post(
    "/setup",
    {
      config: { access: "public", ...limited },
      schema: { tags: ["access"], body: Setup, response: { 200: Session, 403: Problem, 409: Problem } },
    },
    async (request, reply) => {
      const { token, email, name, password } = request.body;
      if ((await access.countUsers()) > 0) throw new FleetError("access.setup-closed");
      if (!(await access.useSetupToken(token, clock.nowMs()))) throw new FleetError("access.setup-token-invalid");
      const user = await access.createUser({ email, name, role: "administrator", passwordHash: await hash(password) });
      await openSession(deps, reply, request, user);
      await audit(user.email, "set-up", user.id);
      return sessionOf(deps, user);
    },
  );

  app.get(
    "/users",
    { config: { access: "user.manage" }, schema: { tags: ["access"], response: { 200: UserList, 403: Problem } } },
    async () => ({ users: await access.users() }),
  );

  app.post(
    "/users",
    {
      config: { access: "user.manage" },
      schema: { tags: ["access"], body: NewUser, response: { 200: User, 409: Problem } },
    },
    async (request) => {
      const { password, ...person } = request.body;
      const user = await access.createUser({ ...person, passwordHash: await hash(password) });
      await audit(personIn(request).email, "user.create", user.email);
      return user;
    },
  );
};

const tokenOf = (random: Random) => Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");

const auditor =
  ({ access, clock }: Deps) =>
  (actor: string, action: string, subject: string) =>
    access.audit({ atMs: clock.nowMs(), actor, action, subject });

async function openSession(
  { access, clock, random }: Deps,
  reply: FastifyReply,
  request: FastifyRequest,
  user: User,
): Promise<void> {
  const token = tokenOf(random);
  const nowMs = clock.nowMs();
  await access.openSession(user.id, token, nowMs, nowMs + SESSION_LIFE_MS);
  reply.setCookie(SESSION_COOKIE, token, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: request.protocol === "https",
    maxAge: SESSION_LIFE_MS / 1_000,
  });
}

async function sessionOf({ fleet }: Deps, user: User): Promise<Session> {
  return { user, site: await fleet.site() };
}
