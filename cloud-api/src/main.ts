import { configOfEnvironment } from "./config.ts";
import { systemClock } from "./platform/clock.ts";
import { ConfigError, EXIT_CONFIG } from "./platform/config-error.ts";
import { openLog } from "./platform/log.ts";
import { systemRandom } from "./platform/random.ts";
import { type Cloud, startCloud } from "./start-cloud.ts";

/** What a parent process is told over its channel once everything answers. */
export interface CloudListening {
  type: "listening";
  url: string | null;
  mqttUrl: string;
  caFile: string;
  setupUrl: string | null;
}

async function main(): Promise<void> {
  const config = configOfEnvironment();
  const log = openLog(config.logLevel);
  const cloud = await startCloud(config, systemClock, systemRandom, log);
  endOnSignal(cloud);
  const { url, mqttUrl, caFile, setupUrl } = cloud;
  if (process.send === undefined) {
    log.info({ url, mqttUrl }, "wardtwin is up");
    if (setupUrl !== null) console.log(`Make the first administrator at ${setupUrl}`);
    return;
  }
  const listening: CloudListening = { type: "listening", url, mqttUrl, caFile, setupUrl };
  process.send(listening);
}

function endOnSignal(cloud: Cloud): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    void cloud.close().finally(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("disconnect", end);
}

main().catch((error: unknown) => {
  // One sentence for what a person can mend; everything for what only we can.
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 70);
});
