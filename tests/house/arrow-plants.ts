/** A small house in which every import is permitted, and for each rule one file that breaks it and nothing else. */
import { FLOW } from "@wardtwin/infra/check/arrow-rules";
import type { Plant } from "./planted-tree.ts";

const stageOf = (stage: string, feeds: string | undefined): Plant => ({
  [`cloud-api/src/${stage}/events.ts`]: 'import Type from "typebox";\nexport const Happened = Type.Object({});\n',
  [`cloud-api/src/${stage}/rules.ts`]:
    'import assert from "node:assert/strict";\nimport type { Store } from "./store.ts";\nexport const decide = (it: Store) => assert(it);\n',
  [`cloud-api/src/${stage}/store.ts`]:
    'import pg from "pg";\nimport { open } from "@wardtwin/prisma/open";\nexport type Store = pg.Pool;\nexport const store = open;\n',
  [`cloud-api/src/${stage}/routes.ts`]: 'import { fastify } from "fastify";\nexport const routes = fastify;\n',
  [`cloud-api/src/${stage}/jobs.ts`]: `import { defineJob } from "../platform/define-job.ts";\n${
    feeds === undefined ? "" : `import { Happened } from "../${feeds}/events.ts";\nexport const eats = Happened;\n`
  }export const job = defineJob;\n`,
});

/** What the rules let pass; a rule that is too wide is caught here. */
export const PERMITTED: Plant = {
  "device-profiles/src/vocabulary/reading.ts":
    'import Type from "typebox";\nexport const Reading = Type.Object({});\nexport type Reading = number;\n',
  "device-profiles/src/codec/words.ts":
    'import { Reading } from "../vocabulary/reading.ts";\nexport const words = Reading;\n',
  "device-profiles/src/codec/words.test.ts":
    'import { readFileSync } from "node:fs";\nimport fc from "fast-check";\nimport { words } from "./words.ts";\nexport const all = [readFileSync, fc, words];\n',
  "edge-agent/src/link/serial.ts":
    'import { SerialPort } from "serialport";\nexport type Link = SerialPort;\nexport const open = SerialPort;\n',
  "edge-agent/src/link/opc-ua-session.ts":
    'import { OPCUAClient } from "node-opcua-client";\nexport const open = OPCUAClient;\n',
  "edge-agent/src/protocol/frames.ts":
    'import { words } from "@wardtwin/device-profiles/codec/words";\nimport type { Link } from "../link/serial.ts";\nexport const read = (link: Link) => [link, words];\n',
  "edge-agent/src/uplink/connection.ts":
    'import { mqtt } from "aws-iot-device-sdk-v2";\nexport const connect = mqtt;\n',
  "edge-agent/src/main.ts": 'import { read } from "./protocol/frames.ts";\nexport const main = read;\n',
  ...Object.assign({}, ...FLOW.map((stage, i) => stageOf(stage, FLOW[i - 1]))),
  "cloud-api/src/observation/rules.test.ts":
    'import pg from "pg";\nimport { store } from "../arrival/store.ts";\nimport { tool } from "@wardtwin/infra/test/tool";\nexport const it = [pg, store, tool];\n',
  "cloud-api/src/arrival/subscription.ts": 'import mqtt from "mqtt";\nexport const subscribe = mqtt;\n',
  "cloud-api/src/broker/embedded.ts": 'import { Aedes } from "aedes";\nexport const broker = Aedes;\n',
  "cloud-api/src/shadow/store.ts": 'import pg from "pg";\nexport const store = pg;\n',
  "cloud-api/src/device-job/service.ts": 'import mqtt from "mqtt";\nexport const serve = mqtt;\n',
  "cloud-api/src/fleet/rules.ts": "export const known = true;\n",
  "cloud-api/src/access/token-store.ts": 'import pg from "pg";\nexport const tokens = pg;\n',
  "cloud-api/src/platform/define-job.ts": 'import { Queue } from "bullmq";\nexport const defineJob = Queue;\n',
  "cloud-api/src/platform/live.ts": 'import { Redis } from "ioredis";\nexport const live = Redis;\n',
  "cloud-api/src/platform/mqtt-client.ts": 'import mqtt from "mqtt";\nexport const client = mqtt;\n',
  "cloud-api/src/platform/error-reply.ts": 'import { fastify } from "fastify";\nexport const reply = fastify;\n',
  "cloud-api/src/app.ts": `${FLOW.map((stage, i) => `import { routes as r${i} } from "./${stage}/routes.ts";\n`).join("")}export const app = [r0, r1, r2, r3, r4, r5, r6];\n`,
  "cloud-api/src/worker.ts": `${FLOW.map((stage, i) => `import { job as j${i} } from "./${stage}/jobs.ts";\n`).join("")}export const worker = [j0, j1, j2, j3, j4, j5, j6];\n`,
  "cloud-api/console/src/page.tsx":
    'import { Reading } from "@wardtwin/device-profiles/vocabulary/reading";\nimport { useState } from "react";\nexport const page = [Reading, useState];\n',
  "prisma/src/open.ts": 'import pg from "pg";\nexport const open = pg;\n',
  "simulators/src/seed.ts":
    'import { Reading } from "@wardtwin/device-profiles/vocabulary/reading";\nexport const seed = Reading;\n',
  "simulators/src/wires/modbus.ts": 'import { ServerTCP } from "modbus-serial";\nexport const serve = ServerTCP;\n',
  "infra/test/tool.ts":
    'import { main } from "@wardtwin/edge-agent/main";\nimport { app } from "@wardtwin/cloud-api/app";\nexport const tool = [main, app];\n',
  "tests/flow/journey.ts":
    'import { seed } from "@wardtwin/simulators/seed";\nimport { tool } from "@wardtwin/infra/test/tool";\nimport pg from "pg";\nexport const journey = [seed, tool, pg];\n',
};

/** A file of one import; `type` keeps it out of the run-time rules. */
const file = (path: string, specifier: string): Plant => ({
  [path]: `import type * as it from "${specifier}";\nexport type It = typeof it;\n`,
});

/** Each rule by name, and the files that break it. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  "ground-stands-alone": file("device-profiles/src/codec/plant.ts", "@wardtwin/edge-agent/main"),
  "ground-imports-typebox-alone": file("device-profiles/src/codec/plant.ts", "pino"),
  "edge-agent-knows-no-cloud": file("edge-agent/src/reading/plant.ts", "@wardtwin/cloud-api/fleet/rules"),
  "cloud-knows-no-edge-agent": file("cloud-api/src/fleet/plant.ts", "@wardtwin/edge-agent/main"),
  "simulators-share-the-vocabulary-alone": file("simulators/src/plant.ts", "@wardtwin/device-profiles/codec/words"),
  "product-knows-no-simulator": file("edge-agent/src/reading/plant.ts", "@wardtwin/simulators/seed"),
  "product-knows-no-infra": file("cloud-api/src/fleet/plant.ts", "@wardtwin/infra/test/tool"),
  "database-knows-no-room": file("prisma/src/plant.ts", "@wardtwin/device-profiles/vocabulary/reading"),
  "console-is-a-client": file("cloud-api/console/src/plant.ts", "@wardtwin/cloud-api/fleet/rules"),
  ...Object.assign(
    {},
    ...FLOW.slice(0, -1).map((stage, i) => ({
      [`${stage}-never-knows-who-eats-it`]: file(`cloud-api/src/${stage}/plant.ts`, `../${FLOW[i + 1]}/events.ts`),
    })),
    ...FLOW.map((stage) => ({
      [`${stage}-is-entered-by-events-rules-and-queries`]: file("cloud-api/src/plant.ts", `./${stage}/store.ts`),
    })),
  ),
  "fleet-access-and-platform-import-no-stage": file("cloud-api/src/access/plant.ts", "../device-twin/events.ts"),
  "what-is-at-the-broker-imports-no-stage": file("cloud-api/src/provisioning/plant.ts", "../arrival/events.ts"),
  "database-only-in-stores": file("cloud-api/src/observation/plant.ts", "pg"),
  "fastify-only-in-routes": file("cloud-api/src/access/plant.ts", "@fastify/cookie"),
  "bullmq-only-in-platform": file("cloud-api/src/observation/jobs.ts", "bullmq"),
  "redis-only-in-platform": file("cloud-api/src/observation/plant.ts", "ioredis"),
  "jobs-are-defined-in-jobs": file("cloud-api/src/observation/plant.ts", "../platform/define-job.ts"),
  "wires-only-in-link": file("edge-agent/src/reading/plant.ts", "modbus-serial"),
  "opc-ua-library-only-in-its-session": file("edge-agent/src/link/opc-ua-line.ts", "node-opcua-client"),
  "mqtt-only-at-the-doors-of-the-broker": file("edge-agent/src/reading/plant.ts", "aws-iot-device-sdk-v2"),
  "pure-files-import-pure-packages": file("cloud-api/src/prediction/drift/plant.ts", "pino"),
  "pure-files-do-no-io": file("cloud-api/src/prediction/rules.ts", "node:path"),
  "pure-files-reach-no-io": {
    "cloud-api/src/prediction/rules.ts": 'import { two } from "./two.ts";\nexport const one = two;\n',
    "cloud-api/src/prediction/two.ts": 'import { three } from "./three.ts";\nexport const two = three;\n',
    "cloud-api/src/prediction/three.ts":
      'import { readFileSync } from "node:fs";\nexport const three = readFileSync;\n',
  },
  "no-circle": {
    ...file("cloud-api/src/fleet/plant.ts", "./plant-back.ts"),
    ...file("cloud-api/src/fleet/plant-back.ts", "./plant.ts"),
  },
  "packages-are-entered-by-name": file(
    "edge-agent/src/reading/plant.ts",
    "../../../device-profiles/src/codec/words.ts",
  ),
  "every-import-resolves": file("edge-agent/src/reading/plant.ts", "./no-such-file.ts"),
};

/** More ways around a rule that has several: each has to be reported by the rule it names, alone. */
export const FURTHER_PLANTS: readonly { rule: string; plant: Plant }[] = [
  {
    rule: "database-only-in-stores",
    plant: file("cloud-api/src/observation/rules-helper.ts", "@wardtwin/prisma/open"),
  },
  { rule: "database-only-in-stores", plant: file("edge-agent/src/reading/plant.ts", "@prisma/adapter-pg") },
  { rule: "product-knows-no-infra", plant: file("edge-agent/src/reading/plant.ts", "@wardtwin/tests/flow/journey") },
  { rule: "wires-only-in-link", plant: file("cloud-api/src/fleet/plant.ts", "serialport") },
  { rule: "wires-only-in-link", plant: file("simulators/src/plant.ts", "node-opcua-server") },
  { rule: "mqtt-only-at-the-doors-of-the-broker", plant: file("cloud-api/src/observation/plant.ts", "mqtt") },
  { rule: "mqtt-only-at-the-doors-of-the-broker", plant: file("cloud-api/src/platform/plant.ts", "aedes") },
  {
    rule: "simulators-share-the-vocabulary-alone",
    plant: file("simulators/src/plant.ts", "@wardtwin/edge-agent/main"),
  },
  { rule: "pure-files-do-no-io", plant: file("device-profiles/src/codec/plant.ts", "node:crypto") },
  { rule: "pure-files-do-no-io", plant: file("edge-agent/src/protocol/plant.ts", "node:net") },
  { rule: "pure-files-do-no-io", plant: file("cloud-api/src/shadow/document.ts", "node:crypto") },
  { rule: "pure-files-do-no-io", plant: file("cloud-api/src/device-job/execution.ts", "node:crypto") },
];
