import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Line, Manifest } from "@wardtwin/simulators/hospital/manifest";
import Type from "typebox";
import Value from "typebox/value";
import { root } from "./house.ts";
import { type RecordingProxy, startRecordingProxy } from "./recording-proxy.ts";

/** Programs of this house by themselves, and what they said on their standard error. */
export class Programs {
  readonly #running: ChildProcess[] = [];
  /** Everything, for a test that looks for what must not be there; the last of it tells why a test failed. */
  said = "";

  start(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    this.#running.push(child);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.said += text;
    });
    return child;
  }

  kill(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }
}

const Ready = Type.Object({ event: Type.Literal("ready"), control: Type.String(), hospital: Manifest });

/** Starts a simulated hospital whose serial lines are quick. */
export async function startSimulators(programs: Programs, dataDir: string, devicesPerKind: number) {
  const quick = ["--seed", "7", "--data-dir", dataDir, "--baud-rate", "115200"];
  const child = programs.start("simulators/src/main.ts", ...quick, "--devices-per-kind", `${devicesPerKind}`);
  if (child.stdout === null) throw new Error("no standard output");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return Value.Parse(Ready, JSON.parse(String(line)));
}

/** A line, which of infra/test/read-only.ts's languages it speaks, and everything that is said on it. */
export interface RecordedLine {
  line: Line;
  /** Null where only the device itself can decode it. */
  language: string | null;
  proxy: RecordingProxy | null;
}

function languageOf({ protocol, url }: Line): string | null {
  if (protocol === "opc-ua") return null;
  if (protocol === "modbus") return url.startsWith("tcp:") ? "modbus-rtu" : "modbus-tcp";
  return protocol.replace(/-(sndf|snda|serial)$/, "");
}

export async function recorded(line: Line): Promise<RecordedLine> {
  const language = languageOf(line);
  if (language === null) return { line, language, proxy: null };
  const { hostname, port } = new URL(line.url);
  return { line, language, proxy: await startRecordingProxy(hostname, Number(port)) };
}

/** The lines of a gateway's configuration in `dir`, each over its proxy. */
export const lineSettings = (dir: string, lines: readonly RecordedLine[], { devices }: Manifest): object[] =>
  lines.map(({ line, proxy }) => {
    const url = new URL(line.url);
    const { id, protocol, units, credentials, serverCertificateFile } = line;
    if (credentials !== undefined) writeFileSync(join(dir, `${id}.json`), JSON.stringify(credentials));
    return {
      id,
      url: proxy === null ? line.url : `${url.protocol}//127.0.0.1:${proxy.port}`,
      protocol,
      profile: devices.find((device) => device.id === units[0]?.device)?.profile,
      units: units.map(({ unit }) => unit),
      ...(credentials === undefined ? {} : { credentialsFile: `${id}.json` }),
      ...(serverCertificateFile === undefined ? {} : { serverCertificateFile }),
    };
  });
