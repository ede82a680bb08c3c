import { join } from "node:path";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import { AccessStore } from "@wardtwin/cloud-api/access/store";
import { buildApp } from "@wardtwin/cloud-api/app";
import { ConfigurationShadows } from "@wardtwin/cloud-api/configuration/shadows";
import { DeviceJobQueries } from "@wardtwin/cloud-api/device-job/queries";
import { DeviceJobStore } from "@wardtwin/cloud-api/device-job/store";
import { LiveViews } from "@wardtwin/cloud-api/device-twin/live-views";
import { TwinQueries } from "@wardtwin/cloud-api/device-twin/queries";
import { ClientStore } from "@wardtwin/cloud-api/fleet/client-store";
import { FleetQueries } from "@wardtwin/cloud-api/fleet/queries";
import { FleetStore } from "@wardtwin/cloud-api/fleet/store";
import { ObservationQueries } from "@wardtwin/cloud-api/observation/queries";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { openDatabase } from "@wardtwin/cloud-api/platform/database";
import { localLiveBus } from "@wardtwin/cloud-api/platform/live";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { ProvisioningStore } from "@wardtwin/cloud-api/provisioning/store";
import { ShadowDesk } from "@wardtwin/cloud-api/shadow/desk";
import { SHADOW_LIMITS } from "@wardtwin/cloud-api/shadow/rules";
import { ShadowStore } from "@wardtwin/cloud-api/shadow/store";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import openapiTypeScript, { astToString } from "openapi-typescript";
import { root } from "./house.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

export const DOCUMENT_FILE = join(root, "cloud-api", "openapi.json");
export const CLIENT_FILE = join(root, "cloud-api", "console", "src", "api", "generated", "schema.ts");

/** The document as the program serves it. No query is made, so no database is needed. */
export async function servedDocument(): Promise<string> {
  const folder = temporaryFolder();
  const log = openLog("silent");
  const db = openDatabase("postgres://nobody@127.0.0.1:1/nothing", log);
  const clock = systemClock;
  const [fleet, twins, live] = [new FleetQueries(db), new TwinQueries(db, CATALOG), localLiveBus()];
  const views = new LiveViews({ fleet, twins, live, clock, onError: () => undefined });
  const store = new ShadowStore({ db, limits: SHADOW_LIMITS, log });
  const app = await buildApp({
    access: new AccessStore(db),
    authority: await openCertificateAuthority(folder, clock, systemRandom),
    fleet,
    fleetStore: new FleetStore(db, async () => undefined),
    clients: new ClientStore(db),
    provisioning: new ProvisioningStore(db),
    deviceJobs: new DeviceJobStore({ db, log: log }),
    deviceJobQueries: new DeviceJobQueries(db),
    configurations: new ConfigurationShadows({
      store,
      desk: new ShadowDesk({ store, clock, log }),
      tell: async () => {},
      nowMs: () => clock.nowMs(),
    }),
    twins,
    views,
    live,
    observations: new ObservationQueries(db),
    clock,
    random: systemRandom,
    log,
    consoleDir: null,
  });
  const { payload } = await app.inject({ method: "GET", url: "/api/v1/openapi.json" });
  await app.close();
  views.close();
  await db.close();
  removeFolder(folder);
  return `${JSON.stringify(JSON.parse(payload), null, 2)}\n`;
}

/** The console's client of a document, as cloud-api/console/generate-api.ts writes it. */
export async function clientOf(document: string): Promise<string> {
  const tree = await openapiTypeScript(document, { alphabetize: true });
  return `// Generated from the API's OpenAPI document by generate-api.ts; edits are lost.\n\n${astToString(tree)}`;
}
