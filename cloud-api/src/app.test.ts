import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openCertificateAuthority } from "./access/certificate-authority.ts";
import { hashPassword } from "./access/password.ts";
import { SESSION_IDLE_MS, SESSION_LIFE_MS } from "./access/rules.ts";
import { AccessStore } from "./access/store.ts";
import { buildApp } from "./app.ts";
import { ConfigurationShadows } from "./configuration/shadows.ts";
import { DeviceJobQueries } from "./device-job/queries.ts";
import { DeviceJobStore } from "./device-job/store.ts";
import { LiveViews, type View } from "./device-twin/live-views.ts";
import { TwinQueries } from "./device-twin/queries.ts";
import { ClientStore } from "./fleet/client-store.ts";
import { FleetQueries } from "./fleet/queries.ts";
import { FleetStore } from "./fleet/store.ts";
import { ObservationQueries } from "./observation/queries.ts";
import { openTestDatabase, silent, type TestDatabase } from "./platform/database.testing.ts";
import { localLiveBus } from "./platform/live.ts";
import { systemRandom } from "./platform/random.ts";
import { ProvisioningStore } from "./provisioning/store.ts";
import { ShadowDesk } from "./shadow/desk.ts";
import { SHADOW_LIMITS } from "./shadow/rules.ts";
import { ShadowStore } from "./shadow/store.ts";
import { importRegistry, REGISTRY, takeUpOn } from "./telemetry.testing.ts";

const PASSWORD = "a long enough password";
const folder = mkdtempSync(join(tmpdir(), "wardtwin-app-"));
let house: TestDatabase;
let access: AccessStore;
let app: FastifyInstance;
let views: LiveViews;
const live = localLiveBus();
let url: string;
let nowMs = Date.UTC(2026, 10, 22);

beforeAll(async () => {
  house = await openTestDatabase();
  const { db } = house;
  await importRegistry(db);
  const clock = { nowMs: () => nowMs };
  access = new AccessStore(db);
  const fleet = new FleetQueries(db);
  const twins = new TwinQueries(db, CATALOG);
  views = new LiveViews({ fleet, twins, live, clock, onError: (error) => console.error(error) });
  const store = new ShadowStore({ db, limits: SHADOW_LIMITS, log: silent });
  const desk = new ShadowDesk({ store, clock, log: silent });
  app = await buildApp({
    access,
    authority: await openCertificateAuthority(join(folder, "pki"), clock, systemRandom),
    fleet,
    fleetStore: new FleetStore(db, takeUpOn(db)),
    clients: new ClientStore(db),
    provisioning: new ProvisioningStore(db),
    deviceJobs: new DeviceJobStore({ db, log: silent }),
    deviceJobQueries: new DeviceJobQueries(db),
    configurations: new ConfigurationShadows({ store, desk, tell: async () => {}, nowMs: () => nowMs }),
    twins,
    views,
    live,
    observations: new ObservationQueries(db),
    clock,
    random: systemRandom,
    log: silent,
    consoleDir: null,
  });
  url = await app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await app.close();
  views.close();
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => house.db.pool.query("truncate user_account, session, setup_token cascade"));

const passwordHash = hashPassword(PASSWORD, new Uint8Array(16));
const addUser = async (email = "kim@example.org", role: "administrator" | "ward" = "administrator") =>
  access.createUser({ email, name: "Kim", role, passwordHash: await passwordHash });

interface Asked {
  method?: string;
  cookie?: string;
  body?: unknown;
  headers?: Record<string, string>;
}
async function ask(path: string, { method = "GET", cookie, body, headers }: Asked = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(cookie !== undefined && { cookie }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), text, headers: response.headers };
}
const signIn = (email = "kim@example.org", password = PASSWORD) =>
  ask("/api/v1/session", { method: "POST", body: { email, password } });
const cookieOf = ({ headers }: { headers: Headers }) => headers.get("set-cookie")?.split(";")[0] ?? "";

test("a session opens with the password, in a cookie that no script and no other site can use, and ends on sign-out", async () => {
  await addUser();
  const opened = await signIn(" Kim@Example.org".trim());
  expect(opened.status).toBe(200);
  expect(opened.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict$/);
  const cookie = cookieOf(opened);
  expect((await ask("/api/v1/session", { cookie })).status).toBe(200);
  expect((await ask("/api/v1/session", { method: "DELETE", cookie })).status).toBe(204);
  expect((await ask("/api/v1/session", { cookie })).status).toBe(401);
});

test("a wrong password, an unknown address and a disabled user get the same answer", async () => {
  const { id } = await addUser();
  const answers = [await signIn("kim@example.org", "wrong"), await signIn("nobody@example.org")];
  const cookie = cookieOf(await signIn());
  await house.db.prisma.user.update({ where: { id }, data: { disabledAt: new Date(nowMs) } });
  answers.push(await signIn());
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(401);
  // A session that was open before ends, too.
  expect((await ask("/api/v1/wards", { cookie })).status).toBe(401);
});

test("a session ends after its idle time, and in the end however it is used", async () => {
  await addUser();
  const idle = cookieOf(await signIn());
  nowMs += SESSION_IDLE_MS - 1;
  expect((await ask("/api/v1/session", { cookie: idle })).status).toBe(200);
  nowMs += SESSION_IDLE_MS;
  expect((await ask("/api/v1/session", { cookie: idle })).status).toBe(401);
  const used = cookieOf(await signIn());
  const endMs = nowMs + SESSION_LIFE_MS;
  for (; nowMs < endMs; nowMs += SESSION_IDLE_MS / 2) {
    expect((await ask("/api/v1/session", { cookie: used })).status).toBe(200);
  }
  expect((await ask("/api/v1/session", { cookie: used })).status).toBe(401);
});

test("a set-up link makes one administrator, however many use it at once", async () => {
  const token = "token-of-the-printed-link";
  await access.replaceSetupToken(token);
  const setUp = (i: number) =>
    ask("/api/v1/setup", {
      method: "POST",
      body: { token, email: `kim${i}@example.org`, name: "Kim", password: PASSWORD },
    });
  const answers = await Promise.all([1, 2, 3, 4].map(setUp));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await access.countUsers()).toBe(1);
  expect((await setUp(5)).status).toBe(409);
});

test("two accounts of one address cannot be made, not even at once", async () => {
  const made = await Promise.allSettled([addUser(), addUser("KIM@example.org")]);
  const refused = made.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toEqual([expect.objectContaining({ code: "access.email-taken" })]);
});

test("a change that another site asks for is refused, whatever the method and the path", async () => {
  await addUser();
  const cookie = cookieOf(await signIn());
  for (const origin of ["https://evil.example", "null", `${url}.evil.example`]) {
    const headers = { origin };
    expect((await ask("/api/v1/session", { method: "DELETE", cookie, headers })).status, origin).toBe(403);
  }
  expect((await ask("/api/v1/session", { cookie })).status).toBe(200);
  expect((await ask("/api/v1/session", { method: "DELETE", cookie, headers: { origin: url } })).status).toBe(204);
});

test.each([
  ["GET", "/api/v1/wards", 401],
  ["HEAD", "/api/v1/wards", 401],
  ["GET", "/api/v1/%77ards", 401],
  ["GET", "/api/v1/wards/", 401],
  ["GET", "/api/v1/openapi.json/", 404],
  ["OPTIONS", "/api/v1/wards", 404],
  ["PUT", "/api/v1/wards", 404],
  ["GET", "/api/v1/live?topics=map", 401],
  ["GET", "/api/v1/twins/%E0%A4%A", 400],
  ["GET", "/nothing", 404],
])("nobody is refused %s %s with %i, as a problem", async (method, path, status) => {
  const answer = await ask(path, { method });
  expect(answer.status).toBe(status);
  expect(answer.type).toMatch(/^application\/problem\+json/);
});

test("a body that is broken, too large or not JSON is refused by its own status, as a problem", async () => {
  const asked: [Asked, number][] = [
    [{ body: "{" }, 400],
    [{ body: {} }, 400],
    [{ body: { email: "k@e.org", password: "x".repeat(2_000_000) } }, 413],
    [{ body: "email=k", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415],
  ];
  for (const [options, status] of asked) {
    const answer = await ask("/api/v1/session", { method: "POST", ...options });
    expect({ status: answer.status, body: JSON.parse(answer.text) }).toMatchObject({ status, body: { status } });
    expect(answer.type).toMatch(/^application\/problem\+json/);
  }
});

test("a second device of one serial number is refused by its name, and leaves the registry as it was", async () => {
  await addUser();
  const cookie = cookieOf(await signIn());
  const [device] = REGISTRY.devices;
  if (device === undefined) throw new Error("the registry has no device");
  const twice = { ...REGISTRY, devices: [{ ...device, id: "vent-9" }] };
  const answer = await ask("/api/v1/registry/import", { method: "POST", cookie, body: twice });
  expect({ status: answer.status, ...JSON.parse(answer.text) }).toMatchObject({
    status: 409,
    code: "fleet.serial-taken",
  });
  expect(await house.db.prisma.device.count()).toBe(REGISTRY.devices.length);
});

const PLACE = { gateway: "gw-a", line: "dock", unit: "17" };

/** Defibrillators that cannot name themselves, and one of another model whose serial number a ventilator bears too. */
async function importNameless(): Promise<void> {
  const profile = "wardtwin-synthetic/defib-ready-1";
  const device = { kind: "defibrillator", manufacturer: "M", model: "D", ward: "icu", profile } as const;
  const devices = [
    { ...device, id: "defib-1", serial: "D-1", assetNumber: "A-1" },
    { ...device, id: "defib-2", serial: "D-2" },
    { ...device, id: "defib-3", serial: "vent-1" },
  ];
  const store = new FleetStore(house.db, takeUpOn(house.db));
  await store.import({ ...REGISTRY, devices, bindings: [{ ...PLACE, device: "defib-1" }] });
  const { gateway: gatewayId, ...lineUnit } = PLACE;
  const at = new Date(nowMs);
  const presence = { attachment: "second", profile, identity: {}, firstAt: at, lastAt: at, epoch: 1n, monoMs: 1n };
  await house.db.prisma.attachment.create({ data: { gatewayId, ...lineUnit, ...presence } });
}

test("whoever stands before a device says by its tag which one it is, and the trail keeps who said so", async () => {
  await importNameless();
  await addUser("porter@example.org", "ward");
  const cookie = cookieOf(await signIn("porter@example.org"));
  const sight = (device: string, place: typeof PLACE = PLACE) =>
    ask("/api/v1/sightings", { method: "POST", cookie, body: { device, place, source: "scan" } });
  const unconfirmed = async () => JSON.parse((await ask("/api/v1/lines/unconfirmed", { cookie })).text).lines;
  const waiting = { place: PLACE, device: "defib-1", profile: "wardtwin-synthetic/defib-ready-1", says: "" };
  expect(await unconfirmed()).toEqual([{ ...waiting, since: new Date(nowMs).toISOString() }]);

  const refused: [tag: string, status: number, code: string, place?: typeof PLACE][] = [
    ["no-such-tag", 404, "fleet.tag-unknown"],
    ["VENT 1", 409, "fleet.tag-ambiguous"],
    ["vent-2", 409, "fleet.sighting-other-profile"],
    ["defib-1", 404, "fleet.gateway-not-found", { ...PLACE, gateway: "gw-z" }],
  ];
  for (const [tag, status, code, place] of refused) {
    const answer = await sight(tag, place);
    expect({ tag, status: answer.status, ...JSON.parse(answer.text) }).toMatchObject({ tag, status, code });
  }
  expect(await unconfirmed()).toHaveLength(1);
  expect(await house.db.prisma.auditEvent.count({ where: { action: "sighting.write" } })).toBe(0);

  const taken = await sight("d 2");
  expect(JSON.parse(taken.text)).toEqual({ device: "defib-2", place: PLACE, answers: true });
  expect(await unconfirmed()).toEqual([]);
  expect(await house.db.prisma.auditEvent.findMany({ where: { action: "sighting.write" } })).toEqual([
    expect.objectContaining({
      actor: "porter@example.org",
      subject: "defib-2",
      detail: { ...PLACE, source: "scan" },
    }),
  ]);
});

test("a stream tells its picture at once, and leaves nothing behind when its reader goes, however early", async () => {
  await addUser();
  const cookie = cookieOf(await signIn());
  const open = () =>
    request(`${url}/api/v1/live?topics=map,twin:vent-1`, { headers: { cookie } }).on("error", () => undefined);
  const stream = open();
  const chunks: Buffer[] = [];
  stream.on("response", (response) => response.on("data", (chunk: Buffer) => void chunks.push(chunk)));
  stream.end();
  await vi.waitFor(() =>
    expect(Buffer.concat(chunks).toString()).toMatch(/event: hello[\s\S]*event: map[\s\S]*event: twin/),
  );
  const hasty = Array.from({ length: 20 }, open);
  for (const one of hasty) one.end();
  await new Promise((resolve) => setImmediate(resolve));
  for (const one of hasty) one.destroy();
  await vi.waitFor(() => expect(views.readers).toBe(1), { timeout: 10_000 });
  stream.destroy();
  await vi.waitFor(() => expect(views.readers).toBe(0), { timeout: 10_000 });
});

test("a change that comes while its page is being read is told after it", async () => {
  const { db } = house;
  const told: View[] = [];
  const versions = () => told.flatMap((view) => ("version" in view ? [view.version] : []));
  const topics = [{ kind: "twin", id: "vent-1" } as const];
  const reader = { topics, patientDerived: false, send: (_kind: string, view: View) => void told.push(view) };
  // Rounds follow one another: once this reader has its picture, no round of an earlier test is still reading.
  const leaveFirst = views.join(reader);
  await vi.waitFor(() => expect(versions()).toEqual([0]), { timeout: 10_000 });
  leaveFirst();
  told.length = 0;
  let leave = () => {};
  await db.transaction(async (tx) => {
    // The twin's own row is read, and then its metrics, for which the page has to wait.
    await tx.query("lock table twin_metric");
    leave = views.join({ ...reader });
    // Asked outside this transaction, which would be told the same again and again.
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%from twin_metric%'`;
    await vi.waitFor(async () => expect((await db.pool.query(waiting)).rowCount).toBe(1), { timeout: 10_000 });
    await db.pool.query("update twin set version = 7 where device_id = 'vent-1'");
    live.publish({ devices: ["vent-1"], gateways: [] });
  });
  await vi.waitFor(() => expect(versions()).toEqual([0, 7]), { timeout: 10_000 });
  leave();
});
