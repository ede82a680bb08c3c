import pino from "pino";
import packageJson from "../../package.json" with { type: "json" };
import { type Agent, startAgent } from "../agent.ts";
import { systemClock } from "../clock.ts";
import { type AgentSettings, readConfig } from "../config.ts";
import { fitHeap } from "../heap.ts";
import { systemRandom } from "../random.ts";
import { CommandError, EXIT } from "./command-error.ts";

/** A stopping agent that hangs is ended all the same, ms. */
const STOP_MOST_MS = 3_800;

const STDERR = 2;

/** Runs the agent of one gateway until a signal, or its parent's end. @throws ConfigError, CommandError */
export function run(configFile: string): void {
  const settings = readConfig(configFile);
  fitHeap(settings.lines.reduce((devices, { units }) => devices + units.length, 0));
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
    const sentence = `the agent cannot start with ${settings.dataDir}: ${wordsOf(error)}`;
    throw new CommandError(EXIT.config, sentence, { cause: error });
  }
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
