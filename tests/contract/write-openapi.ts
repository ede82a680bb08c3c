/**
 * Writes cloud-api/openapi.json as the program serves it, and the console's client from it:
 *
 *     ./x node tests/contract/write-openapi.ts
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/house.ts";
import { CLIENT_FILE, clientOf, DOCUMENT_FILE, servedDocument } from "../support/openapi.ts";

const document = await servedDocument();
writeFileSync(DOCUMENT_FILE, document);
writeFileSync(CLIENT_FILE, await clientOf(document));
// The document lies in the tree as everything else does: formatted.
spawnSync("biome", ["format", "--write", DOCUMENT_FILE], { cwd: root, stdio: "inherit" });
process.stdout.write(`${join("cloud-api", "openapi.json")} and the console's client are as the program serves them\n`);
process.exit(0);
