import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { ConfigError } from "./platform/config-error.ts";

const DATABASE_URL = "postgres://user:secret@db:5432/wardtwin";
const AWS = "mqtts://a1b2c3-ats.iot.eu-central-1.amazonaws.com:8883";
const read = (env: Record<string, string>) => readConfig({ DATABASE_URL, ...env });

/** The sentence that a setting is refused with. */
function refusal(env: Record<string, string>): string {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "accepted";
}

test.each([
  [{ DATABASE_URL: "" }, "DATABASE_URL is not set"],
  [{ DATABASE_URL: "mysql://user:secret@db/wardtwin" }, "DATABASE_URL starts with mysql://"],
  [{ DATABASE_URL: "user:secret@db" }, "DATABASE_URL starts with user://"],
  [{ DATABASE_URL: "wardtwin" }, "DATABASE_URL is not an address"],
  [{ DATABASE_URL: "postgres://" }, "DATABASE_URL is not an address"],
  [{ REDIS_URL: "http://redis" }, "REDIS_URL starts with http://"],
  [{ REDIS_URL: "redis://" }, "REDIS_URL is not an address"],
  [{ MQTT_URL: "mqtt://broker:1883" }, "MQTT_URL starts with mqtt://"],
  [{ PORT: "http" }, 'PORT is "http"'],
  [{ PORT: "65536" }, 'PORT is "65536"'],
  [{ PORT: "-1" }, 'PORT is "-1"'],
  [{ MQTT_PORT: "1.5" }, 'MQTT_PORT is "1.5"'],
  [{ SHADOW_LEVELS_MAX: "0" }, 'SHADOW_LEVELS_MAX is "0"'],
  [{ SHADOW_LEVELS_MAX: "17" }, 'SHADOW_LEVELS_MAX is "17"'],
  [{ SHADOW_HTTPS_PORT: "https" }, 'SHADOW_HTTPS_PORT is "https"'],
  [{ WARDTWIN_ROLES: "shadow", MQTT_URL: AWS }, "WARDTWIN_ROLES names shadow while MQTT_URL is AWS IoT Core"],
  [{ WARDTWIN_ROLES: "broker", MQTT_URL: AWS }, "WARDTWIN_ROLES names broker while MQTT_URL is AWS IoT Core"],
  [{ LOG_LEVEL: "loud" }, 'LOG_LEVEL is "loud"'],
  [{ WARDTWIN_ROLES: "api,cook" }, 'WARDTWIN_ROLES names "cook"'],
  [{ WARDTWIN_ROLES: "," }, 'WARDTWIN_ROLES names ""'],
  [{ WARDTWIN_ROLES: "api,broker" }, "The api and ingest roles in processes of their own need REDIS_URL"],
  [{ WARDTWIN_ROLES: "worker" }, "MQTT_URL is not set and the broker role does not run"],
])("%o is refused in one sentence that says what to do and tells no password", (env, begin) => {
  const sentence = refusal(env);
  expect(sentence.startsWith(begin), sentence).toBe(true);
  expect(sentence).toMatch(/^[^\n]+\.$/);
  expect(sentence).not.toContain("secret");
});

test("an empty setting counts as none", () => {
  const empty = { REDIS_URL: "", MQTT_URL: "", PORT: "", MQTT_PORT: "", HOST: "", WARDTWIN_ROLES: "", LOG_LEVEL: "" };
  expect(read(empty)).toEqual(read({}));
  expect(read({})).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    redisUrl: null,
    mqtt: { kind: "embedded", host: "127.0.0.1", port: 8883 },
    roles: ["api", "ingest", "worker", "shadow", "broker"],
    shadow: { levelsMax: 6, https: null },
  });
});

test("the hospital's own profiles are looked for in the data folder, unless somebody chose another place", () => {
  expect(read({ DATA_DIR: "/data" }).profilesDir).toEqual({ path: "/data/profiles", chosen: false });
  expect(read({ DATA_DIR: "/data", PROFILES_DIR: "/own" }).profilesDir).toEqual({ path: "/own", chosen: true });
});

test("on AWS IoT Core, which answers for shadows itself, the role shadow is off", () => {
  expect(read({ MQTT_URL: AWS }).roles).toEqual(["api", "ingest", "worker"]);
  expect(read({ MQTT_URL: "mqtts://iot.hospital.example:8883" }).roles).toContain("shadow");
  expect(read({ SHADOW_LEVELS_MAX: "8" }).shadow).toMatchObject({ levelsMax: 8 });
});

test("shadows answer over HTTPS where a port is named, on this machine alone unless another address is", () => {
  expect(read({ SHADOW_HTTPS_PORT: "8443" }).shadow.https).toMatchObject({ host: "127.0.0.1", port: 8443 });
  const { https } = read({ SHADOW_HTTPS_PORT: "0", SHADOW_HTTPS_HOST: "::", MQTT_HOST_NAMES: "twins.example" }).shadow;
  expect(https).toMatchObject({ host: "::", port: 0 });
  expect(https?.hostNames).toContain("twins.example");
});

test("what is set is taken as it stands", () => {
  const { roles, mqtt, redisUrl } = read({
    WARDTWIN_ROLES: "api, ingest",
    MQTT_URL: "mqtts://broker:8883",
    MQTT_CA_FILE: "/ca.pem",
    REDIS_URL: "rediss://:secret@redis:6379",
  });
  expect({ roles, redisUrl }).toEqual({ roles: ["api", "ingest"], redisUrl: "rediss://:secret@redis:6379" });
  expect(mqtt).toEqual({
    kind: "external",
    url: "mqtts://broker:8883",
    caFile: "/ca.pem",
    certFile: null,
    keyFile: null,
  });
});
