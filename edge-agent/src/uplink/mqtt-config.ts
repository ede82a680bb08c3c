import { iot } from "aws-iot-device-sdk-v2";

const KEEP_ALIVE_S = 15;
const PING_TIMEOUT_MS = 4_000;
const CONNECT_TIMEOUT_MS = 5_000;
const OPERATION_TIMEOUT_MS = 10_000;

export interface MqttSettings {
  host: string;
  port: number;
  /** PEM texts: the gateway's certificate and key, and the authority that signed the broker's. */
  cert: string;
  key: string;
  ca: string;
}

/** How every connection to the broker begins: mutual TLS, a clean session, and an end to each wait. */
export const mqttConfig = ({ host, port, cert, key, ca }: MqttSettings, clientId: string) =>
  iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(cert, key)
    .with_certificate_authority(ca)
    .with_endpoint(host)
    .with_port(port)
    .with_client_id(clientId)
    .with_clean_session(true)
    .with_keep_alive_seconds(KEEP_ALIVE_S)
    .with_ping_timeout_ms(PING_TIMEOUT_MS)
    .with_timeout_ms(CONNECT_TIMEOUT_MS)
    .with_protocol_operation_timeout_ms(OPERATION_TIMEOUT_MS);
