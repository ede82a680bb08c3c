import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { encodeFrame, type FrameHeader } from "@wardtwin/device-profiles/twin-document/frame";
import { Acknowledgement, SightingAnswer, Welcome } from "@wardtwin/device-profiles/twin-document/messages";
import { type Channel, DOWNLINK_CHANNELS, topicOf } from "@wardtwin/device-profiles/twin-document/topics";
import { connectAsync, type MqttClient } from "mqtt";
import Type from "typebox";
import Value from "typebox/value";
import type { Api } from "./api.ts";
import { eventually } from "./eventually.ts";

export interface Credentials {
  key: string;
  cert: string;
  ca: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A key and a request for its certificate, as a gateway makes them. */
export async function certificateRequest(gateway: string): Promise<{ key: string; csrPem: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [gateway] }],
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"), csrPem: request.toString("pem") };
}

/** Has a gateway of the registry certified over the API. */
export async function certify(api: Api, gateway: string): Promise<Credentials> {
  const { key, csrPem } = await certificateRequest(gateway);
  const { status, body, text } = await api.ask("POST", `/gateways/${gateway}/certificates`, { csrPem });
  if (status !== 200) throw new Error(`no certificate for ${gateway}: ${text}`);
  const issued = Value.Parse(Type.Object({ certificatePem: Type.String(), caPem: Type.String() }), body);
  return { key, cert: issued.certificatePem, ca: issued.caPem };
}

/** One MQTT connection without retries; rejects when the broker lets nobody in. */
export const connect = (mqttUrl: string, credentials: Partial<Credentials>, clientId: string): Promise<MqttClient> =>
  connectAsync(
    mqttUrl,
    { ...credentials, clientId, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 5_000 },
    false,
  );

/** Waits until a broker that is not ours has been told of a new certificate, which takes it a moment. */
export async function admitted(
  mqttUrl: string,
  credentials: Credentials,
  address: { site: string; gateway: string },
): Promise<void> {
  await eventually(`the rights of ${address.gateway}`, async () => {
    const mqtt = await connect(mqttUrl, credentials, `${address.site}:${address.gateway}`);
    return mqtt.subscribeAsync(topicOf(address, "ack")).finally(() => mqtt.end(true));
  });
}

/** A gateway that says whatever it is told to say. */
export class RawGateway {
  readonly mqtt: MqttClient;
  readonly #address: { site: string; gateway: string };
  readonly acks: Acknowledgement[] = [];
  readonly welcomes: Welcome[] = [];
  readonly answers: SightingAnswer[] = [];

  private constructor(mqtt: MqttClient, address: { site: string; gateway: string }) {
    this.mqtt = mqtt;
    this.#address = address;
    // A connection that breaks is told by what is said on it next.
    mqtt.on("error", () => undefined);
    mqtt.on("message", (topic, payload) => {
      const message: unknown = JSON.parse(payload.toString());
      if (topic.endsWith("/ack")) this.acks.push(Value.Parse(Acknowledgement, message));
      else if (topic.endsWith("/settled")) this.answers.push(Value.Parse(SightingAnswer, message));
      else this.welcomes.push(Value.Parse(Welcome, message));
    });
  }

  static async open(
    mqttUrl: string,
    credentials: Credentials,
    address: { site: string; gateway: string },
  ): Promise<RawGateway> {
    const mqtt = await connect(mqttUrl, credentials, `${address.site}:${address.gateway}`);
    const raw = new RawGateway(mqtt, address);
    await mqtt.subscribeAsync(
      DOWNLINK_CHANNELS.map((channel) => topicOf(address, channel)),
      { qos: 1 },
    );
    return raw;
  }

  async say(channel: Channel, payload: string | Uint8Array): Promise<void> {
    await this.mqtt.publishAsync(topicOf(this.#address, channel), Buffer.from(payload), { qos: 1 });
  }

  /** Sends a body that is not compressed, under a header. */
  async send(header: Pick<FrameHeader, "epoch" | "sequence">, batch: TelemetryBatch): Promise<void> {
    await this.say("telemetry", frameOf(header, batch));
  }

  /** Waits until one of the acknowledgements speaks of a sequence, and says how: committed, or the reason. */
  async settled(epoch: number, sequence: number): Promise<string> {
    return eventually(`an acknowledgement of ${epoch}/${sequence}`, () => this.verdictOf(epoch, sequence));
  }

  verdictOf(epoch: number, sequence: number): string | null {
    const holds = ([from, to]: readonly [number, number]) => from <= sequence && sequence <= to;
    for (const ack of this.acks.filter((one) => one.epoch === epoch)) {
      if (ack.committed.some(holds)) return "committed";
      const aside = ack.setAside.find(({ range }) => holds(range));
      if (aside !== undefined) return aside.reason;
    }
    return null;
  }

  close(): Promise<void> {
    return this.mqtt.endAsync(true);
  }
}

type Said = Pick<FrameHeader, "epoch" | "sequence"> & Partial<FrameHeader>;

export const frameOf = (header: Said, batch: TelemetryBatch): Uint8Array =>
  encodeFrame({ lane: "live", compression: "none", ...header }, encodeBody(batch));

/** A batch in which one device says its state and its battery's alarm at a few instants. */
export function batchOf(
  subject: { line?: string; serial: string },
  atMonoMs: readonly number[],
  simulated: boolean,
  anchor = { monoMs: atMonoMs.at(-1) ?? 0, wallMs: Date.now() },
): TelemetryBatch {
  const rows = atMonoMs.length;
  const column = (metric: "operatingState" | "deviceLink" | "batteryLowAlarm", value: number) => ({
    metric,
    values: new Array<number>(rows).fill(value),
    qualities: new Array<number>(rows).fill(0),
  });
  return {
    bootId: "boot-of-a-test",
    anchor,
    cloudOffsetMs: null,
    simulated,
    devices: [
      {
        subject: {
          line: subject.line ?? "line-1",
          unit: "1",
          profile: "puritan-bennett/840",
          profileRevision: 1,
          identity: { serial: subject.serial },
        },
        previousState: null,
        groups: [
          {
            timesMonoMs: [...atMonoMs],
            columns: [column("operatingState", 2), column("deviceLink", 1), column("batteryLowAlarm", 0)],
          },
        ],
      },
    ],
  };
}
