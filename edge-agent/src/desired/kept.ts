import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json, type JsonObject } from "@wardtwin/device-profiles/vocabulary/json";

const FILE = "desired.json";

/** The last wish that was heard; nothing where there is no file, or one that cannot be read. */
export function keptWish(dataDir: string): JsonObject {
  try {
    const kept: Json = JSON.parse(readFileSync(join(dataDir, FILE), "utf8"));
    return isObject(kept) ? kept : {};
  } catch {
    return {};
  }
}

/** Keeps a wish for a start without the cloud: all of it or the one before. @throws where the disk takes nothing */
export function keepWish(dataDir: string, wish: JsonObject): void {
  const file = join(dataDir, FILE);
  writeFileSync(`${file}.new`, JSON.stringify(wish), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
