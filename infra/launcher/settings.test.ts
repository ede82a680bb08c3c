import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const read = (args: string[] = [], env: Record<string, string> = {}) =>
  readSettings(args, env, "/where/kim/stands", "/clone");

test("npm start alone is the demo in the clone's own data folder", () => {
  expect(read()).toMatchObject({
    demo: true,
    fresh: false,
    port: 8080,
    mqttPort: null,
    dataDir: "/clone/.data",
    databaseUrl: null,
  });
});

test("an external database or broker gets no demo unless asked", () => {
  expect(read([], { DATABASE_URL: "postgres://db/w" }).demo).toBe(false);
  expect(read([], { MQTT_URL: "mqtts://broker" }).demo).toBe(false);
  expect(read([], { MQTT_URL: "mqtts://broker", DEMO: "1" }).demo).toBe(true);
  expect(read(["--no-demo"], { DEMO: "1" }).demo).toBe(false);
});

test("a relative DATA_DIR or PROFILES_DIR is meant from where the person stands", () => {
  expect(read([], { DATA_DIR: "data" }).dataDir).toBe("/where/kim/stands/data");
  expect(read([], { PROFILES_DIR: "own" }).profilesDir).toBe("/where/kim/stands/own");
  expect(read().profilesDir).toBeNull();
});

test("what cannot be is said in one sentence", () => {
  expect(() => read(["--demo"])).toThrow('"--demo" is not known');
  expect(() => read([], { PORT: "http" })).toThrow('PORT is "http", which is no port');
  expect(() => read([], { PORT: "70000" })).toThrow("use a number from 0 to 65535");
  expect(() => read(["--fresh"], { DATABASE_URL: "postgres://db/w" })).toThrow("--fresh does not empty the database");
});
