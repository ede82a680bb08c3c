/**
 * Writes `src/api/generated/schema.ts` from the API's OpenAPI document:
 *
 *     node generate-api.ts [path/to/openapi.json]
 *
 * The document is `cloud-api/openapi.json` unless another is named. The result is never edited by hand.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import openapiTypeScript, { astToString } from "openapi-typescript";

const here = import.meta.dirname;
const source = resolve(process.argv[2] ?? `${here}/../openapi.json`);
const target = resolve(here, "src/api/generated/schema.ts");

const tree = await openapiTypeScript(readFileSync(source, "utf8"), { alphabetize: true });
// What the document does not have comes out as an empty type that nobody can use.
const text = astToString(tree).replaceAll(/^export type [\w$]+ = Record<string, never>;\n/gm, "");
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `// Generated from the API's OpenAPI document by generate-api.ts; edits are lost.\n\n${text}`);
process.stdout.write(`${target}\n`);
