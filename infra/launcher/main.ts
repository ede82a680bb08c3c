import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type House, Launcher } from "./house.ts";
import { startProgress } from "./progress.ts";
import { readSettings } from "./settings.ts";
import { EXIT_CONFIG, StartError } from "./start-error.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** npm passes a terminal's Ctrl-C on a second time; what comes this close together was one key press. */
const SAME_PRESS_MS = 500;

async function main(): Promise<void> {
  const progress = startProgress(Date.now, (text) => process.stderr.write(text));
  const settings = readSettings(process.argv.slice(2), process.env, process.env["INIT_CWD"] ?? process.cwd(), root);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  process.stderr.write(
    `Wardtwin ${version}${settings.demo ? ", with a simulated hospital" : ""}; data in ${settings.dataDir}\n`,
  );
  const launcher = new Launcher(settings, root, progress);
  let up = false;
  endOnSignal(launcher, () => up);
  try {
    const house = await launcher.start();
    up = true;
    present(house);
  } catch (error) {
    await launcher.stop();
    throw error;
  }
}

function present({ ready, setupUrl }: House): void {
  const lines = [
    `\n  Console   ${ready.console}`,
    `  API       ${ready.openapi}`,
    `  Broker    ${ready.mqtt}`,
    `  Data      ${ready.dataDir}`,
  ];
  if (ready.users.length > 0) {
    lines.push("\n  Everything shown is simulated. Sign in as:");
    for (const { role, email, password } of ready.users)
      lines.push(`    ${role.padEnd(20)} ${email.padEnd(28)} ${password}`);
  }
  if (setupUrl !== null) lines.push(`\n  Make the first administrator here, once: ${setupUrl}`);
  lines.push("\n  Ctrl-C ends it.\n");
  process.stderr.write(`${lines.join("\n")}\n`);
  process.stdout.write(`READY ${JSON.stringify(ready)}\n`);
}

function endOnSignal(launcher: Launcher, isUp: () => boolean): void {
  let firstAtMs: number | null = null;
  const end = (code: number) => {
    const nowMs = Date.now();
    if (firstAtMs !== null && nowMs - firstAtMs < SAME_PRESS_MS) return;
    if (firstAtMs !== null) {
      launcher.killNow();
      process.exit(code);
    }
    firstAtMs = nowMs;
    process.stderr.write(isUp() ? "Ending; Ctrl-C again ends at once.\n" : "Giving up the start.\n");
    void launcher.stop().finally(() => process.exit(code));
  };
  process.on("SIGINT", () => end(130));
  process.on("SIGTERM", () => end(143));
  process.on("SIGHUP", () => end(129));
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof StartError
      ? `${error.message}\n`
      : `Wardtwin could not start: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(error instanceof StartError ? EXIT_CONFIG : 70);
});
