/** The console in a real browser, on a house that was started as a person starts it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TwinView, WardMap, WardView } from "@wardtwin/cloud-api/device-twin/schema";
import { registryOf } from "@wardtwin/infra/launcher/demo-gateway";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, signedIn } from "../support/api.ts";
import { type CountingProxy, startCountingProxy } from "../support/counting-proxy.ts";
import { eventually } from "../support/eventually.ts";
import { type House, root, startHouse } from "../support/house.ts";
import { SimulatedHospital } from "../support/simulated-hospital.ts";

const VENTILATOR = "vent-01";
const LIVE = "/api/v1/live";
const SIZE = { width: 1_280, height: 800 };
const PICTURES =
  process.env["UPDATE_PICTURES"] === "1" ? join(root, "infra", "pictures") : join(import.meta.dirname, "out");

describeWith("chromium", "the console", () => {
  let house: House;
  let hospital: SimulatedHospital;
  let engineer: Api;
  let proxy: CountingProxy;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    house = await startHouse();
    hospital = new SimulatedHospital(house.dataDir);
    engineer = await signedIn(house.is, "biomedical-engineer");
    await hospital.hold(VENTILATOR, "in-use");
    // What stands in standby is free at once, so that a picture has every state.
    const administrator = await signedIn(house.is, "administrator");
    await administrator.ask("POST", "/registry/import", registryOf(await hospital.manifest(), 0));
    proxy = await startCountingProxy(house.is.console);
    // A container has no user namespaces for Chromium's sandbox; only our own pages are opened.
    browser = await chromium.launch({ executablePath: toolPath("chromium") ?? "chromium", args: ["--no-sandbox"] });
    context = await browser.newContext({ viewport: SIZE, colorScheme: "light", reducedMotion: "reduce" });
    page = await tab();
    mkdirSync(PICTURES, { recursive: true });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await house?.leave();
  });

  /** A tab whose every complaint is kept; a violation of the content security policy is one. */
  async function tab(): Promise<Page> {
    const opened = await context.newPage();
    opened.on("pageerror", (error) => complaints.push(String(error)));
    opened.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning")
        complaints.push(`${message.text()} at ${message.location().url}`);
    });
    return opened;
  }

  const byTestId = (where: Page, id: string) => where.getByTestId(id);
  const textIn = async (where: Page, id: string) => (await byTestId(where, id).first().textContent()) ?? "";
  const textOf = (id: string) => textIn(page, id);

  /** The browser itself complains of the 401 by which the page learns that nobody is signed in. */
  const isWelcome = (text: string) => text.includes("401 (Unauthorized)") && text.endsWith("/api/v1/session");

  /** Notes where a tab is; a reload would forget it. */
  const mark = (where: Page) => where.evaluate(() => Object.assign(globalThis, { marked: true }) && undefined);
  const isMarked = (where: Page) => where.evaluate(() => "marked" in globalThis);

  async function picture(name: string): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.mouse.move(0, 0);
      await page.screenshot({
        animations: "disabled",
        path: join(PICTURES, `${name}${colorScheme === "dark" ? "-dark" : ""}.png`),
      });
    }
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  }

  test("whoever is not signed in sees the sign-in page, and nothing of the hospital but that it is simulated", async () => {
    await page.goto(`${proxy.url}/twins/${VENTILATOR}`);
    await page.locator("input[name=email]").waitFor();
    await byTestId(page, "simulated-band").waitFor();
    expect(await textOf("simulated-band")).toContain("Simulated hospital");
    expect(await page.content()).not.toContain("Simulated General");
  });

  test("signing in leads to where the person wanted to go", async () => {
    const { email, password } = house.is.users.find(({ role }) => role === "biomedical-engineer") ?? {
      email: "",
      password: "",
    };
    await page.locator("input[name=email]").fill(email);
    await page.locator("input[name=password]").fill(password);
    await page.locator("button[type=submit]").click();
    await byTestId(page, "twin-availability").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/twins/${VENTILATOR}`);
  });

  test("the map shows every ward, and says that the hospital is simulated", async () => {
    await page.goto(`${proxy.url}/`);
    const { wards } = await engineer.get(WardMap, "/wards");
    expect(wards.length).toBeGreaterThanOrEqual(6);
    for (const { id, name } of wards) {
      await byTestId(page, `ward-tile-${id}`).waitFor();
      expect(await textOf(`ward-tile-${id}`)).toContain(name);
    }
    expect(await textOf("simulated-band")).toContain("Simulated hospital");
    await eventually("ready devices", async () =>
      (await engineer.get(WardMap, "/wards")).totals.every(({ ready }) => ready > 0),
    );
    await picture("ward-map");
  });

  test("a ward opens and shows its devices, and a device opens its twin", async () => {
    await mark(page);
    await byTestId(page, "ward-tile-icu-a").getByRole("link").first().click();
    const { devices } = await engineer.get(WardView, "/wards/icu-a");
    for (const { id } of devices) await byTestId(page, `chip-${id}`).waitFor();
    await byTestId(page, `chip-${VENTILATOR}`).click();
    await byTestId(page, "twin-availability").waitFor();
    await eventually("the twin to be in use", async () => /in use/i.test(await textOf("twin-availability")));
    expect(await textOf("simulated-band")).toContain("Simulated hospital");
    expect(await isMarked(page)).toBe(true);
  });

  test("a device's page says on what evidence its readings stand, and what nobody can know of it", async () => {
    const { profile } = await engineer.get(TwinView, `/twins/${VENTILATOR}`);
    expect(profile.notKnown.length).toBeGreaterThan(0);
    expect(await textOf("twin-evidence")).toContain(profile.evidence.note);
    expect(await byTestId(page, "twin-not-known").getByRole("listitem").allTextContents()).toEqual(profile.notKnown);
  });

  test("a value that changes on the device changes on the page, without a reload", async () => {
    const id = "metric-respiratoryRatePerMin-value";
    await byTestId(page, id).waitFor();
    for (const rate of [37, 14]) {
      await hospital.pin(VENTILATOR, { respiratoryRatePerMin: rate });
      const changedMs = performance.now();
      await eventually(`${rate} on the page`, async () => (await textOf(id)).startsWith(`${rate}`));
      console.info(`a value was on the page after ${Math.round(performance.now() - changedMs)} ms`);
    }
    expect(await isMarked(page)).toBe(true);
    await picture("twin");
  });

  test("a pulled plug strikes the twin's values, and plugging it in brings them back", async () => {
    const id = "metric-respiratoryRatePerMin-value";
    await hospital.plug(VENTILATOR, false);
    await eventually(
      "the page to say unreachable",
      async () => /unreachable/i.test(await textOf("device-link")),
      15_000,
    );
    await eventually("the value to be struck", async () => (await decorationOf(id)).includes("line-through"));
    expect(await textOf("twin-availability")).toMatch(/unknown|verify/i);
    expect(await textOf(id)).toMatch(/^14/);
    await hospital.plug(VENTILATOR, true);
    await eventually("the twin to be back", async () => /in use/i.test(await textOf("twin-availability")), 30_000);
    await eventually("the value to be live", async () => !(await decorationOf(id)).includes("line-through"));
    expect(await isMarked(page)).toBe(true);
  });

  const decorationOf = (id: string): Promise<string> =>
    byTestId(page, id)
      .first()
      // This program is checked without a browser's global names.
      .evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).textDecorationLine ?? "");

  test("two tabs share one stream, and each hears what it looks at", async () => {
    await eventually("the first tab's stream", () => proxy.open(LIVE) === 1);
    const second = await tab();
    await second.goto(`${proxy.url}/twins/pump-01`);
    await byTestId(second, "twin-availability").waitFor();
    await hospital.hold("pump-01", "in-use");
    await hospital.pin(VENTILATOR, { respiratoryRatePerMin: 26 });
    await eventually("the second tab", async () => /in use/i.test(await textIn(second, "twin-availability")));
    await eventually("the first tab", async () =>
      (await textOf("metric-respiratoryRatePerMin-value")).startsWith("26"),
    );
    // A change of topics replaces the stream; of two streams the older one goes.
    await eventually("one stream for both", () => proxy.open(LIVE) === 1);
    await second.close();
    await hospital.pin(VENTILATOR, { respiratoryRatePerMin: 27 });
    await eventually("the first tab alone", async () =>
      (await textOf("metric-respiratoryRatePerMin-value")).startsWith("27"),
    );
    expect(proxy.open(LIVE)).toBe(1);
  });

  test("nothing of it made the browser complain", () => {
    expect(complaints.filter((text) => !isWelcome(text))).toEqual([]);
  });

  test("signing out in one tab ends the session, every tab and the stream", async () => {
    const second = await tab();
    await second.goto(`${proxy.url}/`);
    await byTestId(second, "ward-tile-icu-a").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    for (const one of [page, second]) await one.locator("input[name=email]").waitFor();
    await eventually("no stream to be open", () => proxy.open(LIVE) === 0);
    await second.goto(`${proxy.url}/`);
    await second.locator("input[name=email]").waitFor();
    const twin = await engineer.get(TwinView, `/twins/${VENTILATOR}`);
    expect(await second.content()).not.toContain(twin.serial);
    await second.close();
  });
});
