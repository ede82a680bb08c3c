import { expect, test } from "vitest";
import { hoistTitledSchemas } from "./openapi.ts";

const dog = { title: "Dog", type: "object", properties: { name: { type: "string" } } };
const at = (schema: unknown) => ({ get: { responses: { 200: { content: { "application/json": { schema } } } } } });

test("a titled schema stands once, and is referred to from everywhere", () => {
  const kennel = { title: "Kennel", type: "object", properties: { first: dog, all: { type: "array", items: dog } } };
  const document = hoistTitledSchemas({
    info: { title: "not a schema" },
    paths: { "/kennel": at(kennel), "/dog": at(dog) },
  });
  expect(document.paths).toEqual({
    "/kennel": at({ $ref: "#/components/schemas/Kennel" }),
    "/dog": at({ $ref: "#/components/schemas/Dog" }),
  });
  expect(document.components.schemas).toEqual({
    Dog: dog,
    Kennel: {
      ...kennel,
      properties: {
        first: { $ref: "#/components/schemas/Dog" },
        all: { type: "array", items: { $ref: "#/components/schemas/Dog" } },
      },
    },
  });
});

test("two meanings of one title are refused", () => {
  expect(() => hoistTitledSchemas({ paths: { "/a": at(dog), "/b": at({ ...dog, properties: {} }) } })).toThrow(
    "two schemas are called Dog",
  );
});
