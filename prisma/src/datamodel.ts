import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds schema.prisma, models/ and migrations/. */
export const prismaDir = fileURLToPath(new URL("..", import.meta.url));

/** The migrations that the program applies. */
export const migrationsDir = join(prismaDir, "migrations");

/** One file of the datamodel. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** The datamodel: schema.prisma and each models/*.prisma. */
export function readDatamodel(dir = prismaDir): SchemaFile[] {
  const models = readdirSync(join(dir, "models")).filter((name) => name.endsWith(".prisma"));
  return ["schema.prisma", ...models.sort().map((name) => join("models", name))].map((name) => {
    const path = join(dir, name);
    return { path, content: readFileSync(path, "utf8") };
  });
}

/** One migration: its folder's name, which begins with a time so that names sort in order, and its SQL. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** All migrations in the order in which they are applied. */
export function readMigrations(dir = migrationsDir): Migration[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(dir, entry.name, "migration.sql")))
    .map(({ name }) => ({ name, sql: readFileSync(join(dir, name, "migration.sql"), "utf8") }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
