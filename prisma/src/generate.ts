/**
 * Generates the database client from schema.prisma and models/ into generated/, without the network: the client talks
 * through @prisma/adapter-pg and needs no engine, so the path of one that is never run keeps Prisma from fetching it.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { prismaDir } from "./datamodel.ts";

const cli = createRequire(import.meta.url).resolve("prisma/build/index.js");
const result = spawnSync(process.execPath, [cli, "generate", "--schema", prismaDir, "--no-hints"], {
  cwd: prismaDir,
  encoding: "utf8",
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
    NO_COLOR: "1",
  },
});
if (result.status !== 0) {
  process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}\n`);
  process.exitCode = 1;
}
