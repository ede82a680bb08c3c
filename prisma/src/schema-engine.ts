import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import type { SchemaFile } from "./datamodel.ts";

/** Tables and enums that the engine is to leave alone: none, because it looks at schema `public` only. */
export const NO_FILTER = { externalTables: [], externalEnums: [] };

/** A schema engine bound to one database. */
export interface BoundEngine extends AsyncDisposable {
  readonly engine: glue.SchemaEngine;
  /** What the database said to the last script that failed; the engine's own error leaves most of it out. */
  lastScriptError(): Error | null;
}

/**
 * Prisma's own schema engine, from npm as WebAssembly, on a database.
 * @param datamodel told to the engine, which takes from it the schemas to look at
 * @param amendScript sees each script before it runs, and may add to it
 */
export async function openSchemaEngine(
  connectionString: string,
  datamodel: readonly SchemaFile[],
  amendScript: (script: string) => string = (script) => script,
): Promise<BoundEngine> {
  await loadEngine();
  const { factory, lastScriptError, close } = scriptWiseFactory(connectionString, amendScript);
  const engine = await glue.SchemaEngine.new(
    { datamodels: datamodel.map(({ path, content }): [string, string] => [path, content]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  return {
    engine,
    lastScriptError,
    async [Symbol.asyncDispose]() {
      engine.free();
      await close();
    },
  };
}

/** The part of the global WebAssembly that is used here; the compiler knows it with the DOM's declarations alone. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

let loaded: Promise<void> | undefined;

/** The module is instantiated once a process: its glue code holds one instance. */
function loadEngine(): Promise<void> {
  loaded ??= (async () => {
    // Where the engine leaves its last words when it panics; without it the panic itself fails, and nobody reads why.
    const lastWords = {
      set_message: (words: string) => process.emitWarning(`Prisma's schema engine panicked: ${words}`),
    };
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: lastWords });
    const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
    const bytes = await readFile(entry.replace(/\.js$/, ".wasm"));
    const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": glue });
    glue.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
  })();
  return loaded;
}

/** The adapter of `@prisma/adapter-pg` with two of its ways changed that the schema engine cannot live with. */
function scriptWiseFactory(connectionString: string, amendScript: (script: string) => string) {
  const inner = new PrismaPg({ connectionString });
  const opened: SqlDriverAdapter[] = [];
  let failure: Error | null = null;
  const connect: SqlMigrationAwareDriverAdapterFactory["connect"] = async () => {
    const adapter = await inner.connect();
    const pool = adapter.underlyingDriver();
    readOneByteChars(adapter, pool);
    adapter.executeScript = async (script) => {
      try {
        await runWhole(pool, amendScript(script));
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw asAdapterError(failure);
      }
    };
    opened.push(adapter);
    return adapter;
  };
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: inner.provider,
    adapterName: inner.adapterName,
    connect,
    connectToShadowDb: () => inner.connectToShadowDb(),
  };
  const close = async () => {
    for (const adapter of opened) await adapter.dispose().catch(() => {});
  };
  return { factory, close, lastScriptError: () => failure };
}

/**
 * The adapter cuts a script at every semicolon, which breaks function bodies and string literals, and runs each piece for
 * itself. Here the server gets the script whole, parses it itself and runs it as one transaction.
 */
async function runWhole(pool: pg.Pool, script: string): Promise<void> {
  const client = await pool.connect();
  client.on("error", () => {}); // A connection that breaks rejects the query below; the event would end the process.
  try {
    await client.query(script);
  } finally {
    client.release(true); // What the script SET must not outlive it.
  }
}

/** The adapter refuses PostgreSQL's one-byte type "char", of which the catalog that the engine reads is full. */
function readOneByteChars(adapter: SqlDriverAdapter, pool: pg.Pool): void {
  const { CHAR, TEXT } = pg.types.builtins;
  const charColumns = new WeakMap<unknown[], number[]>();
  const query = pool.query.bind(pool);
  const asText = async (config: pg.QueryArrayConfig) => {
    const result = await query(config);
    const found = result.fields.flatMap(({ dataTypeID }, index) => (dataTypeID === CHAR ? [index] : []));
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
    charColumns.set(result.rows, found);
    return result;
  };
  Object.assign(pool, { query: asText });
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (asked) => {
    const result = await queryRaw(asked);
    for (const index of charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
}

function asAdapterError(error: Error): DriverAdapterError {
  const { code, severity, detail, column, hint } = error instanceof pg.DatabaseError ? error : {};
  return new DriverAdapterError({
    kind: "postgres",
    code: code ?? "08006", // connection_failure: the server itself gives every error a code.
    severity: severity ?? "ERROR",
    message: error.message,
    detail,
    column,
    hint,
  });
}
