import { once } from "node:events";
import { iotshadow, type mqtt } from "aws-iot-device-sdk-v2";
import type { Credentials } from "./raw-gateway.ts";
import { sdkConnection } from "./sdk-connection.ts";

const OPERATION_TIMEOUT_S = 20;

/** Whatever a shadow's messages hold, as the wire has it. */
export type Told = Readonly<Record<string, unknown>>;

interface Listening {
  heard: Told[];
  close(): void;
}

/** A gateway with the AWS SDK's own shadow client, as it is shipped, over MQTT 3.1.1 and mutual TLS. */
export class ShadowClient {
  readonly sdk: iotshadow.IotShadowClientv2;
  readonly #connection: mqtt.MqttClientConnection;

  private constructor(connection: mqtt.MqttClientConnection) {
    this.#connection = connection;
    this.sdk = iotshadow.IotShadowClientv2.newFromMqtt311(connection, {
      maxRequestResponseSubscriptions: 6,
      maxStreamingSubscriptions: 4,
      operationTimeoutInSeconds: OPERATION_TIMEOUT_S,
    });
  }

  static async open(mqttUrl: string, own: Credentials, clientId: string): Promise<ShadowClient> {
    return new ShadowClient(await sdkConnection(mqttUrl, own, clientId));
  }

  /** Listens to what is told beside the answers; resolves once the broker has taken the subscription. */
  async listen(thingName: string, shadowName: string, to: "delta" | "documents"): Promise<Listening> {
    const where = { thingName, shadowName };
    const heard: Told[] = [];
    const stream =
      to === "delta"
        ? this.sdk
            .createNamedShadowDeltaUpdatedStream(where)
            .on("incomingPublish", ({ message }) => heard.push({ ...message }))
        : this.sdk
            .createNamedShadowUpdatedStream(where)
            .on("incomingPublish", ({ message }) => heard.push({ ...message }));
    const taken = once(stream, "subscriptionStatus");
    stream.open();
    await taken;
    return { heard, close: () => stream.close() };
  }

  async close(): Promise<void> {
    this.sdk.close();
    await this.#connection.disconnect();
  }
}

/** What the service refused a request of the SDK with. */
export async function refusalOf(request: Promise<unknown>): Promise<Told> {
  const error = await request.then(
    () => new Error("it was accepted"),
    (reason: unknown) => reason,
  );
  if (typeof error === "object" && error !== null && "modeledError" in error) return Object(error.modeledError);
  throw error;
}
