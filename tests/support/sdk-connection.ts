import { iot, mqtt } from "aws-iot-device-sdk-v2";
import type { Credentials } from "./raw-gateway.ts";

/** A connection of the AWS SDK over MQTT 3.1.1 and mutual TLS, as it is shipped. */
export async function sdkConnection(
  mqttUrl: string,
  { cert, key, ca }: Credentials,
  clientId: string,
): Promise<mqtt.MqttClientConnection> {
  const { hostname, port } = new URL(mqttUrl);
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(cert, key)
    .with_certificate_authority(ca)
    .with_endpoint(hostname)
    .with_port(Number(port))
    .with_client_id(clientId)
    .with_clean_session(true)
    .build();
  const connection = new mqtt.MqttClient().new_connection(config);
  await connection.connect();
  return connection;
}
