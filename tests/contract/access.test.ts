/** Who may call what: every route of the OpenAPI document, as every role and as nobody. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PERMISSIONS, type RouteAccess } from "@wardtwin/cloud-api/access/rules";
import { ROLES } from "@wardtwin/cloud-api/access/schema";
import Type from "typebox";
import Value from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Api } from "../support/api.ts";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { root } from "../support/house.ts";

/** The second opinion on each route's access, beside the route's own. */
const ACCESS: Readonly<Record<string, RouteAccess>> = {
  "POST /session": "public",
  "GET /session": "session.own",
  "DELETE /session": "session.own",
  "GET /setup": "public",
  "POST /setup": "public",
  "GET /users": "user.manage",
  "POST /users": "user.manage",
  "POST /registry/import": "registry.import",
  "GET /gateways": "gateway.read",
  "GET /lines/unconfirmed": "twin.read",
  "GET /devices/discovered": "twin.read",
  "POST /sightings": "sighting.write",
  "GET /configurations": "gateway.read",
  "GET /gateways/{id}/configuration": "gateway.read",
  "PUT /gateways/{id}/configuration": "gateway.configure",
  "GET /gateways/{id}/certificates": "gateway.read",
  "POST /gateways/{id}/certificates": "gateway.certify",
  "POST /gateways/{id}/certificates/{serial}/revocation": "gateway.certify",
  "GET /client-certificates": "gateway.read",
  "POST /client-certificates/{serial}/revocation": "gateway.certify",
  "GET /provisioning-claims": "gateway.certify",
  "POST /provisioning-claims": "gateway.certify",
  "POST /provisioning-claims/{id}/revocation": "gateway.certify",
  "GET /device-jobs": "device-job.read",
  "POST /device-jobs": "device-job.write",
  "GET /device-jobs/{id}": "device-job.read",
  "POST /device-jobs/{id}/cancellation": "device-job.write",
  "GET /wards": "map.read",
  "GET /wards/{id}": "map.read",
  "GET /twins": "map.read",
  "GET /twins/{id}": "twin.read",
  "GET /live": "map.read",
  "GET /twins/{id}/history": "twin.read",
  "GET /twins/{id}/states": "twin.read",
  "GET /twins/{id}/usage": "twin.read",
};

const Document = Type.Object({ paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())) });
const document = Value.Parse(Document, JSON.parse(readFileSync(join(root, "cloud-api", "openapi.json"), "utf8")));
const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace("/api/v1", "")}`),
);

let house: TestCloud;
beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry("simulated-one", true, ["gw-1"]));
}, 60_000);
afterAll(() => house?.stop());

/** Asks a route with what it cannot use, so that whoever is let through changes nothing. */
async function ask(api: Api, route: string, headers?: Record<string, string>) {
  const [method = "", path = ""] = route.split(" ");
  const filled = path.replace("{id}", "nobody-knows-this");
  const query = path === "/live" ? "?topics=nonsense" : "";
  return api.ask(method, `${filled}${query}`, ["POST", "PUT"].includes(method) ? {} : undefined, headers);
}

test("every route of the document has an access here, and no other", () => {
  expect(routes.toSorted()).toEqual(Object.keys(ACCESS).toSorted());
});

test("nobody gets in anywhere but at the doors that are public", async () => {
  for (const route of routes) {
    const { status, body } = await ask(new Api(house.api), route);
    if (ACCESS[route] === "public") expect({ route, status }).not.toMatchObject({ status: 401 });
    else expect({ route, status, body }).toMatchObject({ status: 401, body: { code: "access.sign-in-needed" } });
    const forged = await ask(new Api(house.api, "wardtwin_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), route);
    expect({ route, status: forged.status }).toEqual({ route, status });
  }
});

test.for([...ROLES])("the role %s may do what its permissions say, and nothing else", async (role) => {
  const api = house.as.get(role) ?? new Api(house.api);
  // Signing out comes last, and is a test of its own.
  for (const route of routes.filter((one) => one !== "DELETE /session" && ACCESS[one] !== "public")) {
    const access = ACCESS[route] ?? "public";
    const allowed = access === "public" || PERMISSIONS[access].some((one) => one === role);
    const { status, headers, body } = await ask(api, route);
    if (!allowed) {
      expect({ route, status, body }).toMatchObject({ route, status: 403, body: { code: "access.forbidden" } });
      expect(headers.get("content-type")).toContain("application/problem+json");
    } else {
      expect([200, 400, 404], `${route} answered ${status}`).toContain(status);
    }
  }
});

test("a change that another site's page asks for is refused, whoever asks", async () => {
  const changing = routes.filter((route) => !route.startsWith("GET "));
  expect(changing.length).toBeGreaterThan(5);
  for (const origin of ["https://elsewhere.example", "null", "http://127.0.0.1:1", "nonsense"]) {
    for (const route of changing) {
      const { status, body } = await ask(house.administrator, route, { origin });
      expect({ origin, route, status, body }).toMatchObject({ status: 403, body: { code: "access.cross-site" } });
    }
  }
  expect((await house.administrator.ask("GET", "/session")).status).toBe(200);
  const own = await ask(house.administrator, "POST /users", { origin: new URL(house.api).origin });
  expect(own.status).toBe(400);
});

test("a session is a cookie that no script can read and no other site can send, and ends when its owner ends it", async () => {
  const api = new Api(house.api);
  const signedIn = await api.signIn("porter@hospital.example", "a-long-enough-password");
  const [cookie = ""] = signedIn.headers.getSetCookie();
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; SameSite=Strict/);
  expect(signedIn.text).not.toContain(cookie.split(/[=;]/)[1]);
  expect((await api.ask("DELETE", "/session")).status).toBe(204);
  expect((await api.ask("GET", "/session")).status).toBe(401);
  // Other sessions of the same person go on.
  expect((await house.as.get("porter")?.ask("GET", "/session"))?.status).toBe(200);
});

test("a wrong password and an unknown person get the same answer, and guessing is slowed", async () => {
  const api = new Api(house.api);
  const wrong = await api.signIn("porter@hospital.example", "not-the-password");
  const unknown = await api.signIn("nobody@hospital.example", "not-the-password");
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  expect(unknown.body).toEqual(wrong.body);
  const guesses = await Promise.all(Array.from({ length: 20 }, () => api.signIn("porter@hospital.example", "guess")));
  const slowed = guesses.filter(({ status }) => status === 429);
  expect(slowed.length).toBeGreaterThan(0);
  expect(slowed[0]?.headers.get("retry-after")).toMatch(/^\d+$/);
});
