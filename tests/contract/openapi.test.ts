/** The OpenAPI document: what is committed, what is served, and what the console is built from are one. */
import { readFileSync } from "node:fs";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { beforeAll, expect, test } from "vitest";
import { CLIENT_FILE, clientOf, DOCUMENT_FILE, servedDocument } from "../support/openapi.ts";

const REMEDY = "run ./x node tests/contract/write-openapi.ts";
let served: string;
beforeAll(async () => {
  served = await servedDocument();
}, 30_000);

test("the committed document is the one that the program serves", () => {
  expect(JSON.parse(readFileSync(DOCUMENT_FILE, "utf8")), REMEDY).toEqual(JSON.parse(served));
});

test("the console's client is made from that document", async () => {
  expect(readFileSync(CLIENT_FILE, "utf8"), REMEDY).toBe(await clientOf(served));
});

/** OpenAPI 3.1.0, §4.8: what an operation has to have. */
const Operation = Type.Object({
  parameters: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        in: Type.Enum(["path", "query", "header", "cookie"]),
        required: Type.Optional(Type.Boolean()),
      }),
    ),
  ),
  requestBody: Type.Optional(
    Type.Object({ content: Type.Record(Type.String(), Type.Object({ schema: Type.Unknown() })) }),
  ),
  responses: Type.Record(
    Type.String({ pattern: "^([1-5][0-9]{2}|default)$" }),
    Type.Object({ description: Type.String() }),
  ),
});
const Document = Type.Object({
  openapi: Type.String({ pattern: "^3\\.1\\.\\d+$" }),
  info: Type.Object({ title: Type.String({ minLength: 1 }), version: Type.String({ minLength: 1 }) }),
  paths: Type.Record(
    Type.String({ pattern: "^/" }),
    Type.Record(Type.String({ pattern: "^(get|put|post|delete|patch)$" }), Operation),
  ),
  components: Type.Object({ schemas: Type.Record(Type.String({ pattern: "^[A-Za-z0-9._-]+$" }), Type.Unknown()) }),
});

function operationsOf({ paths }: Static<typeof Document>) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, path, operation })),
  );
}

test("the document has the form of OpenAPI 3.1", () => {
  const document: unknown = JSON.parse(served);
  expect([...Value.Errors(Document, document)]).toEqual([]);
});

test("every reference leads somewhere, and every schema is used", () => {
  const { components } = Value.Parse(Document, JSON.parse(served));
  const named = new Set([...served.matchAll(/"\$ref": "([^"]*)"/g)].map(([, ref]) => ref));
  const known = new Set(Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`));
  expect(named).toEqual(known);
});

test("every part of a path in braces is a required parameter, and the other way round", () => {
  for (const { route, path, operation } of operationsOf(Value.Parse(Document, JSON.parse(served)))) {
    const braced = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((one) => one.in === "path");
    expect({ route, names: declared.map(({ name }) => name) }).toEqual({ route, names: braced });
    expect(declared.every(({ required }) => required === true)).toBe(true);
  }
});

test("every operation says what it answers when all is well, and has a room", () => {
  const document = Value.Parse(Document, JSON.parse(served));
  expect(operationsOf(document).length).toBeGreaterThan(15);
  for (const { route, operation } of operationsOf(document)) {
    const fine = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
    expect({ route, fine: fine.length }).toEqual({ route, fine: 1 });
    expect(operation, route).toHaveProperty("tags");
  }
});
