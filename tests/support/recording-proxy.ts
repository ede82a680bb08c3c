import { connect, createServer, type Socket } from "node:net";
import { portOf } from "./ports.ts";

/** Stands between a gateway and one line, passes everything on as it is, and keeps what the gateway said. */
export interface RecordingProxy {
  port: number;
  /** Every byte that left the gateway, by connection. */
  sent(): Buffer[];
  /** How many bytes came back in all. */
  answered(): number;
  stop(): void;
}

export async function startRecordingProxy(host: string, port: number): Promise<RecordingProxy> {
  const records: Buffer[][] = [];
  const sockets = new Set<Socket>();
  let answered = 0;
  const server = createServer((gateway) => {
    const record: Buffer[] = [];
    records.push(record);
    const device = connect({ host, port, noDelay: true });
    for (const [one, other] of [
      [gateway, device],
      [device, gateway],
    ] as const) {
      sockets.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => other.destroy());
      one.on("end", () => other.end());
    }
    gateway.on("data", (bytes) => {
      record.push(bytes);
      device.write(bytes);
    });
    device.on("data", (bytes) => {
      answered += bytes.length;
      gateway.write(bytes);
    });
  });
  return {
    port: await portOf(server),
    sent: () => records.map((record) => Buffer.concat(record)),
    answered: () => answered,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
