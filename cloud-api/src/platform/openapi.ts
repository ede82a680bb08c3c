interface OpenApiDocument {
  paths?: unknown;
  components?: { schemas?: Record<string, unknown> };
}

const isNode = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Gives every schema that has a `title` one place under components, and a reference to it wherever it is used, so that a
 * generated client gets a type for each of our words. Two schemas of one title and different content are a bug.
 */
export function hoistTitledSchemas<Document extends OpenApiDocument>(
  document: Document,
): Document & { components: { schemas: Record<string, unknown> } } {
  const schemas: Record<string, unknown> = {};
  const hoisted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hoisted);
    if (!isNode(value)) return value;
    const { title } = value;
    const content = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hoisted(inner)]));
    if (typeof title !== "string" || !isSchema(value)) return content;
    const before = schemas[title];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(content))
      throw new Error(`two schemas are called ${title}`);
    schemas[title] = content;
    return { $ref: `#/components/schemas/${title}` };
  };
  const paths = hoisted(document.paths);
  return { ...document, paths, components: { ...document.components, schemas } };
}

const isSchema = (value: Record<string, unknown>) => "type" in value || "enum" in value || "anyOf" in value;
