import { join } from "node:path";
import type { Presence } from "@wardtwin/device-profiles/twin-document/messages";
import { CertificateRenewal } from "./certificate/renewal.ts";
import type { Clock } from "./clock.ts";
import type { AgentSettings, LineSettings } from "./config.ts";
import { OpcUaThreads } from "./link/opc-ua-threads.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import { Attachments } from "./reading/attachments.ts";
import type { Outcome } from "./reading/device.ts";
import { judging } from "./reading/judging.ts";
import { runLine } from "./reading/line-scheduler.ts";
import { openReader } from "./reading/open-reader.ts";
import { Reporter } from "./reported/reporter.ts";
import { MqttSession } from "./uplink/mqtt-session.ts";
import { openProvisioningLink } from "./uplink/provisioning-link.ts";
import { SafeOutbox } from "./uplink/safe-outbox.ts";
import { SightingReports } from "./uplink/sighting-reports.ts";
import { Uplink } from "./uplink/uplink.ts";

/** How long a stopping agent waits for the cloud to take what it still holds, ms. */
const FLUSH_MS = 2_000;

export interface AgentDeps {
  clock: Clock;
  random: Random;
  log: Log;
  version: string;
  onConnected(): void;
}

export interface Agent {
  /** Seals and sends what it can, says good-bye and closes everything. */
  stop(): Promise<void>;
}

/** Sets up the lines and the uplink of one ward gateway and lets them run. */
export function startAgent(settings: AgentSettings, deps: AgentDeps): Agent {
  const { clock, random, log, version } = deps;
  const outbox = new SafeOutbox(settings.dataDir, { clock, random, log, limits: settings.outbox });
  const presence = (online: boolean) => JSON.stringify({ online, agentVersion: version } satisfies Presence);
  const session = new MqttSession(settings, settings.mqtt, { online: presence(true), offline: presence(false) }, log);
  const sightings = new SightingReports();
  const uplink = new Uplink({
    session,
    outbox,
    sightings,
    clock,
    random,
    log,
    agentVersion: version,
    onFirstWelcome: deps.onConnected,
  });
  const reporter = new Reporter(settings.batchEveryMs, (devices) =>
    uplink.take({
      bootId: clock.bootId,
      anchor: { monoMs: clock.monoMs(), wallMs: clock.wallMs() },
      cloudOffsetMs: uplink.cloudOffsetMs,
      simulated: settings.simulated,
      devices,
    }),
  );
  const stopping = new AbortController();
  const attachments = new Attachments(settings.dataDir, deps);
  const judge = judging({
    attachments,
    log,
    keepPatientDerived: settings.keepPatientDerived,
    onSighting: (sighting) => {
      reporter.take(sighting);
      sightings.take(sighting);
    },
  });
  const forLines = { ...deps, opcUaThreads: new OpcUaThreads() };
  const lines = settings.lines.map((line) => startLine(line, settings, forLines, judge, stopping.signal));
  const renewal = new CertificateRenewal({
    site: settings.site,
    gateway: settings.gateway,
    files: settings.mqtt.files,
    broker: settings.mqtt,
    open: openProvisioningLink,
    cloudMs: () => (uplink.cloudOffsetMs === null ? null : clock.monoMs() + uplink.cloudOffsetMs),
    use: (credentials) => session.renew(credentials),
    log,
  });
  uplink.start();
  renewal.start();
  return {
    async stop() {
      stopping.abort();
      renewal.stop();
      reporter.seal();
      attachments.save();
      await uplink.flush(FLUSH_MS);
      await Promise.all([uplink.stop(presence(false)), ...lines.map((line) => line.close())]);
    },
  };
}

function startLine(
  line: LineSettings,
  settings: AgentSettings,
  deps: AgentDeps & { opcUaThreads: OpcUaThreads },
  onOutcome: (outcome: Outcome) => void,
  signal: AbortSignal,
): { close(): Promise<void> } {
  const pkiDir = join(settings.dataDir, "opc-ua", encodeURIComponent(line.id));
  const reader = openReader(line, { clock: deps.clock, log: deps.log, opcUaThreads: deps.opcUaThreads, pkiDir });
  const devices = line.units.map((unit) => ({ line: line.id, unit, profile: line.profile }));
  void runLine({ id: line.id, devices, reader }, deps, onOutcome, signal).catch((error: unknown) => {
    // Faults of the world are data, so this is a bug of ours: it costs this line and no other.
    deps.log.error({ line: line.id, err: error }, "a line stopped");
  });
  return reader;
}
