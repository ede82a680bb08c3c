import { setTimeout as sleep } from "node:timers/promises";
import { ProvisioningRejected } from "@wardtwin/device-profiles/twin-document/provisioning";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { mqtt } from "aws-iot-device-sdk-v2";
import type { Static, TSchema } from "typebox";
import Value from "typebox/value";
import { type MqttSettings, mqttConfig } from "./mqtt-config.ts";

const CLOSE_TIMEOUT_MS = 1_000;
/** How long an answer is waited for, ms. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A connection that asks for certificates and does nothing else. */
export interface ProvisioningLink {
  /**
   * Asks on a topic and waits for its answer.
   * @param isOurs tells our own answer from one that somebody else asked for on the same topic
   * @returns what was accepted, or why not: the service's sentence, or ours where nothing came in time
   */
  ask<Schema extends TSchema>(
    topic: string,
    body: object,
    schema: Schema,
    isOurs?: (answer: Static<Schema>) => boolean,
  ): Promise<Result<Static<Schema>, AskFault>>;
  close(): Promise<void>;
}

export interface AskFault {
  /** HTTP's status; 0 where no answer came. */
  statusCode: number;
  sentence: string;
}

/** Connects once. @throws the library's error where the broker is out of reach or lets nobody in with this certificate */
export async function openProvisioningLink(settings: MqttSettings, clientId: string): Promise<ProvisioningLink> {
  const connection = new mqtt.MqttClient().new_connection(mqttConfig(settings, clientId).build());
  // Whatever breaks afterwards is told by the question that gets no answer.
  connection.on("error", () => undefined);
  await connection.connect();
  return {
    ask: (topic, body, schema, isOurs) => ask(connection, topic, body, { schema, isOurs: isOurs ?? (() => true) }),
    close: () => Promise.race([connection.disconnect().catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]).then(() => {}),
  };
}

async function ask<Schema extends TSchema>(
  connection: mqtt.MqttClientConnection,
  topic: string,
  body: object,
  { schema, isOurs }: { schema: Schema; isOurs(answer: Static<Schema>): boolean },
): Promise<Result<Static<Schema>, AskFault>> {
  const { promise, resolve } = Promise.withResolvers<Result<Static<Schema>, AskFault>>();
  const late = setTimeout(
    () =>
      resolve(fail({ statusCode: 0, sentence: `nobody answered on ${topic} within ${ANSWER_TIMEOUT_MS / 1_000} s` })),
    ANSWER_TIMEOUT_MS,
  );
  const [accepted, rejected] = [`${topic}/accepted`, `${topic}/rejected`];
  try {
    await connection.subscribe(accepted, mqtt.QoS.AtLeastOnce, (_topic, payload) => {
      const answer = jsonOf(payload);
      if (Value.Check(schema, answer) && isOurs(answer)) resolve(ok(answer));
    });
    await connection.subscribe(rejected, mqtt.QoS.AtLeastOnce, (_topic, payload) => {
      const answer = jsonOf(payload);
      if (Value.Check(ProvisioningRejected, answer))
        resolve(fail({ statusCode: answer.statusCode, sentence: answer.errorMessage }));
    });
    await connection.publish(topic, JSON.stringify(body), mqtt.QoS.AtLeastOnce, false);
    return await promise;
  } catch (error) {
    return fail({ statusCode: 0, sentence: `the broker did not take the question (${wordsOf(error)})` });
  } finally {
    clearTimeout(late);
    await Promise.all([accepted, rejected].map((one) => connection.unsubscribe(one).catch(() => undefined)));
  }
}

function jsonOf(payload: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return null;
  }
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
