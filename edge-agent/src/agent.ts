import { join } from "node:path";
import type { Presence } from "@wardtwin/device-profiles/twin-document/messages";
import { CertificateRenewal } from "./certificate/renewal.ts";
import type { Clock } from "./clock.ts";
import type { AgentSettings } from "./config.ts";
import { OpcUaThreads } from "./link/opc-ua-threads.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import { Attachments } from "./reading/attachments.ts";
import { judging } from "./reading/judging.ts";
import { RunningLine, type RunningLineDeps } from "./reading/running-line.ts";
import { Reporter } from "./reported/reporter.ts";
import { SettingsInForce } from "./settings-in-force.ts";
import { ConfigurationShadow } from "./uplink/configuration-shadow.ts";
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
  const inForce = new SettingsInForce(settings, log);
  const reporter = new Reporter(inForce.now.batchEveryMs, (devices) =>
    uplink.take({
      bootId: clock.bootId,
      anchor: { monoMs: clock.monoMs(), wallMs: clock.wallMs() },
      cloudOffsetMs: uplink.cloudOffsetMs,
      simulated: settings.simulated,
      devices,
    }),
  );
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
  const lines = startLines(settings, inForce, { ...deps, opcUaThreads: new OpcUaThreads(), onOutcome: judge });
  const shadow = new ConfigurationShadow({
    gateway: settings.gateway,
    random,
    log,
    onDesired: (desired) => {
      const now = inForce.take(desired);
      reporter.gatherFor(now.batchEveryMs);
      for (const [id, line] of now.lines) lines.get(id)?.use(line);
      return inForce.report(version);
    },
  });
  session.alsoTalk(shadow);
  const renewal = renewalOf(settings, deps, uplink, session);
  uplink.start();
  renewal.start();
  return {
    async stop() {
      renewal.stop();
      shadow.stop();
      for (const line of lines.values()) line.abort();
      reporter.seal();
      attachments.save();
      await uplink.flush(FLUSH_MS);
      await Promise.all([uplink.stop(presence(false)), ...[...lines.values()].map((line) => line.close())]);
    },
  };
}

/** Renews the gateway's certificate, by the cloud's time and with the cloud's hand. */
const renewalOf = (
  { site, gateway, mqtt }: AgentSettings,
  { clock, log }: AgentDeps,
  uplink: Uplink,
  session: MqttSession,
): CertificateRenewal =>
  new CertificateRenewal({
    site,
    gateway,
    files: mqtt.files,
    broker: mqtt,
    open: openProvisioningLink,
    cloudMs: () => (uplink.cloudOffsetMs === null ? null : clock.monoMs() + uplink.cloudOffsetMs),
    use: (credentials) => session.renew(credentials),
    log,
  });

/** The lines by their ids, each as its settings and what is in force of the wish have it. */
function startLines(
  { lines, dataDir }: AgentSettings,
  { now }: SettingsInForce,
  deps: Omit<RunningLineDeps, "pkiDir">,
): ReadonlyMap<string, RunningLine> {
  return new Map(
    lines.map((line) => {
      const { profile, everyMs } = now.lines.get(line.id) ?? { profile: line.profile, everyMs: new Map() };
      const pkiDir = join(dataDir, "opc-ua", encodeURIComponent(line.id));
      return [line.id, new RunningLine({ ...line, profile }, everyMs, { ...deps, pkiDir })];
    }),
  );
}
