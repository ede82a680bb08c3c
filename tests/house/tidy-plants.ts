/** For each tidy rule, files that break it and nothing else. */
import type { SourceFile } from "@wardtwin/infra/check/source";

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);
const file = (path: string, text: string): SourceFile => ({ path, text });

/** Put together from parts, so that this page is not itself untidy. */
const joined = (...parts: string[]): string => parts.join("");
const ROOM = file("edge-agent/package.json", "{}");

/** Files that no rule may complain of. */
export const TIDY: readonly SourceFile[] = [
  ROOM,
  file("edge-agent/README.md", "`src/link/` moves bytes."),
  file("edge-agent/src/link/serial.ts", "export const open = (): number => new Date(0).getTime();\n"),
  file("edge-agent/src/link/serial.test.ts", 'test("a port opens", () => Date.now());\n'),
  file(
    "edge-agent/src/clock.ts",
    "export const now = () => Date.now() + performance.now();\nexport const date = () => new Date();\n",
  ),
  file(
    "edge-agent/src/random.ts",
    'import { randomUUID } from "node:crypto";\nexport const roll = () => [Math.random(), randomUUID()];\n',
  ),
  file(
    "edge-agent/src/link/opc-ua-session.ts",
    'import { OPCUAClient } from "node-opcua-client";\nexport const read = (it: OPCUAClient) => it.browse;\n',
  ),
  file("edge-agent/src/config.ts", "export const config = process.env;\n"),
  file("device-profiles/catalog/ventilator/pb-840.profile.ts", lines(401, "// a row")),
  file("prisma/generated/client.ts", lines(401, "export type A = any;")),
  file("prisma/migrations/20260101_start/migration.sql", ""),
  file("tests/flow/journey.test.ts", `describe("a journey", () => {\n${lines(100, "  test('a law', () => {});")}});\n`),
  file(
    "infra/decisions/0001-one-clock.md",
    `A link to https://${joined("npm", "js.com")}/package/typebox and /var/lib/wardtwin.`,
  ),
  file("device-profiles/package.json", "{}"),
  file("device-profiles/README.md", "`catalog/<kind>/` holds the data."),
  file("cloud-api/src/observation/events.ts", "export const KINDS = ['a'] as const;\n"),
];

const broken = (rule: string, ...files: SourceFile[]): { rule: string; files: SourceFile[] } => ({ rule, files });
const source = (rule: string, text: string) => broken(rule, file("edge-agent/src/plant.ts", text));
const opcUa = (text: string) => broken("opc-ua-only-asks", file("edge-agent/src/link/opc-ua-session.ts", text));
const TIME = "time-and-chance-only-in-clock-and-random";

/** The first of each rule is the plain case, the others are ways around it. */
export const TIDY_PLANTS: readonly { rule: string; files: SourceFile[] }[] = [
  source("file-length", lines(401, "// a line")),
  broken("kebab-case", file("edge-agent/src/linkLayer.ts", "")),
  broken("kebab-case", file("edge-agent/src/Link/serial.ts", ""), file("edge-agent/README.md", "src/Link")),
  broken("kebab-case", file("cloud-api/console/src/ui/WardMap.tsx", "")),
  source("no-leftover", joined("// TO", "DO: later\n")),
  broken("no-leftover", file("README.md", joined("FIX", "ME"))),
  broken("no-placeholder", file("edge-agent/fixtures/frame.hex", joined("[G", "K]"))),
  source("no-machine-path", joined('export const path = "/ho', 'me/someone/wardtwin";\n')),
  broken("no-machine-path", file("package-lock.json", joined("file:/wo", "rk/main/package.tgz"))),
  broken("no-machine-path", file("infra/notes.md", joined("in /ro", "ot/wardtwin"))),
  broken("no-registry-host", file("pnpm-lock.yaml", joined("https://regis", "try.example.org/typebox.tgz"))),
  broken(
    "no-lockfile-address",
    file("package-lock.json", joined('"resol', 'ved": "https://packages.example.org/a.tgz"')),
  ),
  broken("no-registry-host", file(".npmrc", joined("regis", "try=https://packages.example.org/"))),
  broken("folder-is-explained", ROOM),
  broken(
    "folder-is-explained",
    ROOM,
    file("edge-agent/README.md", "The agent."),
    file("edge-agent/src/link/serial.ts", ""),
  ),
  broken("type-assertions-only-fall", file("tests/plant.ts", lines(200, "export const it = {} as number;"))),
  source("function-length", `export function long() {\n${lines(70, "  run();")}}\n`),
  broken(
    "function-length",
    file("cloud-api/console/src/page.tsx", `const Page = () => {\n${lines(70, "  run();")}};\n`),
  ),
  source("no-any", "export const it: any = 1;\n"),
  source("no-barrel", 'export * from "./a.ts";\nexport { b } from "./b.ts";\n'),
  broken("no-silent-test", file("edge-agent/src/plant.test.ts", 'test.skip("a law", () => {});\n')),
  broken("no-silent-test", file("edge-agent/src/plant.test.ts", 'describe.concurrent.only("a suite", () => {});\n')),
  broken("no-silent-test", file("edge-agent/src/plant.test.ts", 'test.for([1]).todo("a law");\n')),
  broken("no-silent-test", file("edge-agent/src/plant.test.ts", 'test("a law", (context) => context.skip());\n')),
  broken("no-silent-test", file("edge-agent/src/plant.test.ts", 'test("a law", ({ skip }) => skip());\n')),
  source("environment-only-in-config", 'export const port = process.env["PORT"];\n'),
  source("environment-only-in-config", 'import { env } from "node:process";\nexport const port = env;\n'),
  broken("environment-only-in-config", file("prisma/src/plant.ts", "export const it = globalThis.process.env;\n")),
  source(TIME, "export const now = Date.now();\n"),
  source(TIME, "export const now = new Date();\n"),
  source(TIME, "export const now = new globalThis.Date();\n"),
  source(TIME, "export const now = [1].map(Date.now);\n"),
  source(TIME, "export const now = performance.now();\n"),
  source(TIME, "export const now = process.hrtime.bigint();\n"),
  source(TIME, 'import { uptime } from "node:os";\nexport const up = uptime;\n'),
  source(TIME, "export const roll = Math.random();\n"),
  source(TIME, "export const id = crypto.randomUUID();\n"),
  source(TIME, 'import { randomBytes as bytes } from "node:crypto";\nexport const id = bytes;\n'),
  broken(TIME, file("cloud-api/src/access/plant.ts", "export const now = Date.now();\n")),
  opcUa("export const it = (session) => session.writeSingleNode(1);\n"),
  opcUa('export const it = (session) => session["call"];\n'),
  opcUa("export const it = ({ performMessageTransaction: send }) => send;\n"),
  opcUa("export const it = ({ write }) => write;\n"),
  opcUa('import { WriteRequest as Other } from "node-opcua-client";\nexport const it = Other;\n'),
  opcUa('import * as all from "node-opcua-client";\nexport const it = all;\n'),
  opcUa('import all from "node-opcua-client";\nexport const it = all;\n'),
];
