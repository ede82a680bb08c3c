import { once } from "node:events";
import { iotjobs, type mqtt } from "aws-iot-device-sdk-v2";
import type { Credentials } from "./raw-gateway.ts";
import { sdkConnection } from "./sdk-connection.ts";

const OPERATION_TIMEOUT_S = 20;

/** A gateway with the AWS SDK's own client of jobs. */
export class JobClient {
  readonly sdk: iotjobs.IotJobsClientv2;
  readonly #connection: mqtt.MqttClientConnection;

  private constructor(connection: mqtt.MqttClientConnection) {
    this.#connection = connection;
    this.sdk = iotjobs.IotJobsClientv2.newFromMqtt311(connection, {
      maxRequestResponseSubscriptions: 6,
      maxStreamingSubscriptions: 4,
      operationTimeoutInSeconds: OPERATION_TIMEOUT_S,
    });
  }

  static async open(mqttUrl: string, own: Credentials, clientId: string): Promise<JobClient> {
    return new JobClient(await sdkConnection(mqttUrl, own, clientId));
  }

  /** Listens to what is told beside the answers; resolves once the broker has taken the subscriptions. */
  async listen(thingName: string) {
    const lists: iotjobs.model.JobExecutionsChangedEvent[] = [];
    const nexts: iotjobs.model.NextJobExecutionChangedEvent[] = [];
    const streams = [
      this.sdk
        .createJobExecutionsChangedStream({ thingName })
        .on("incomingPublish", ({ message }) => lists.push(message)),
      this.sdk
        .createNextJobExecutionChangedStream({ thingName })
        .on("incomingPublish", ({ message }) => nexts.push(message)),
    ];
    for (const stream of streams) {
      const taken = once(stream, "subscriptionStatus");
      stream.open();
      await taken;
    }
    return { lists, nexts, close: () => streams.forEach((stream) => void stream.close()) };
  }

  async close(): Promise<void> {
    this.sdk.close();
    await this.#connection.disconnect();
  }
}
