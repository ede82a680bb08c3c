import { parseArgs } from "node:util";
import pino from "pino";
import packageJson from "../package.json" with { type: "json" };
import { type Agent, startAgent } from "./agent.ts";
import { systemClock } from "./clock.ts";
import { type AgentSettings, ConfigError, readConfig } from "./config.ts";
import { systemRandom } from "./random.ts";

const USAGE = "usage: wardtwin-agent run --config <file>";
/** EX_CONFIG of sysexits.h: what is wrong is for the installer to mend, and starting again does not help. */
const EXIT_CONFIG = 78;
/** A stopping agent that hangs is ended all the same, ms. */
const STOP_MOST_MS = 3_800;

const STDERR = 2;

function main(): void {
  const settings = settingsOf(process.argv.slice(2));
  const log = pino({ base: { gateway: settings.gateway } }, pino.destination({ dest: STDERR, sync: true }));
  const agent = started(settings, log);
  const stop = stopOnce(agent, log);
  // Listeners that stay: a lock library among the dependencies ends the process at a signal that nobody else listens to.
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // A parent that is gone takes its agent with it.
  process.once("disconnect", stop);
  tell("started");
}

/** Tells the process that started this one, if one did and is still there. */
function tell(type: "started" | "connected"): void {
  if (process.connected) process.send?.({ type });
}

function started(settings: AgentSettings, log: pino.Logger): Agent {
  try {
    return startAgent(settings, {
      clock: systemClock(),
      random: systemRandom,
      log,
      version: packageJson.version,
      onConnected: () => tell("connected"),
    });
  } catch (error) {
    return refuse(`the agent cannot start with ${settings.dataDir}: ${wordsOf(error)}`);
  }
}

function settingsOf(args: string[]): AgentSettings {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { config: { type: "string" } },
      allowPositionals: true,
    });
    if (positionals.join(" ") !== "run" || values.config === undefined) return refuse(USAGE);
    return readConfig(values.config);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof TypeError) return refuse(error.message);
    throw error;
  }
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT_CONFIG);
}

function stopOnce(agent: Agent, log: pino.Logger): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MOST_MS);
    agent.stop().then(
      // Native threads of the MQTT library keep the process alive after all is done.
      () => process.exit(0),
      (error: unknown) => {
        log.error({ reason: wordsOf(error) }, "the agent did not stop cleanly");
        process.exit(1);
      },
    );
  };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

main();
