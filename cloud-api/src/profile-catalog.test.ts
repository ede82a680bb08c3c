import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "./platform/config-error.ts";
import { openCatalog } from "./profile-catalog.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-profiles-"));
});
afterEach(() => rmSync(dir, { recursive: true }));
const put = (profile: unknown) => writeFileSync(join(dir, "dock.json"), JSON.stringify(profile));

test("the hospital's own profiles are known beside those that are shipped", () => {
  put({ ...defibReady, id: "st-mary/dock" });
  mkdirSync(join(dir, "old"));
  const catalog = openCatalog({ path: dir, chosen: true });
  expect([...catalog.keys()]).toEqual([...CATALOG.keys(), "st-mary/dock"]);
  expect(catalog.get("st-mary/dock")?.fingerprint).toEqual(defibReady.fingerprint);
});

test("a folder that nobody chose need not be there; one that somebody chose must", () => {
  const none = join(dir, "none");
  expect(openCatalog({ path: none, chosen: false })).toBe(CATALOG);
  expect(() => openCatalog({ path: none, chosen: true })).toThrow(
    new ConfigError(`${none} cannot be read (ENOENT); PROFILES_DIR names the folder of your own profiles.`),
  );
});

test("a profile that is not sound ends the start with the sentence that a gateway ends with", () => {
  put({ ...defibReady, id: "st-mary/dock", kind: "toaster" });
  expect(() => openCatalog({ path: dir, chosen: false })).toThrow(ConfigError);
  expect(() => openCatalog({ path: dir, chosen: false })).toThrow(/dock\.json at \/kind: /);
});
