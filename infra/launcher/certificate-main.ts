/** `npm run certificate -- --name <n> --site <s> [--shadows read|write]`: a certificate for another system's MQTT client. */
import { ConfigError } from "@wardtwin/cloud-api/platform/config-error";
import { certificate } from "./certificate.ts";
import { endWithSentence } from "./with-database.ts";

certificate(process.argv.slice(2), process.env, process.env["INIT_CWD"] ?? process.cwd()).then(
  (sentence) => void process.stdout.write(`${sentence}\n`),
  (error: unknown) => endWithSentence(error, [ConfigError]),
);
