/** Writing and calling exist in the library behind an OPC UA line; no import and no name of ours leads there. */
import ts from "typescript";
import type { NodeRule } from "./tidy-rule.ts";

/** All that the agent takes from the library. A name that could ask a server for more than to tell has no place here. */
const TAKEN: readonly string[] = [
  "AttributeIds",
  "BrowseDirection",
  "ClientSession",
  "ClientSessionPublishService",
  "ClientSessionRawSubscriptionService",
  "coerceNodeId",
  "DataChangeNotification",
  "DataValue",
  "LocalizedText",
  "MessageSecurityMode",
  "MonitoringMode",
  "NodeId",
  "ObjectIds",
  "OPCUACertificateManager",
  "OPCUAClient",
  "PublishRequest",
  "PublishResponse",
  "ReferenceTypeIds",
  "SecurityPolicy",
  "StatusChangeNotification",
  "TimestampsToReturn",
  "UserTokenType",
];

/** How the library's ways to change something begin, and the one that sends any request at all. */
const CHANGES = /^(write|call|perform|history|translate|transfer|register|set[A-Z])/;

export const opcUaOnlyAsks: NodeRule = {
  name: "opc-ua-only-asks",
  applies: (path) => /^edge-agent\/src\/link\/opc-ua-[a-z-]+\.ts$/.test(path),
  judge: (node) => {
    if (ts.isImportDeclaration(node)) return importFault(node);
    const name = memberName(node);
    return name !== null && CHANGES.test(name) ? `${name} could change a device` : null;
  },
};

function importFault({ moduleSpecifier, importClause }: ts.ImportDeclaration): string | null {
  if (!ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith("node-opcua")) return null;
  const named = importClause?.namedBindings;
  if (named === undefined || importClause?.name !== undefined || ts.isNamespaceImport(named)) {
    return `${moduleSpecifier.text} is imported name by name`;
  }
  const other = named.elements
    .map(({ name, propertyName }) => (propertyName ?? name).text)
    .find((it) => !TAKEN.includes(it));
  return other === undefined ? null : `${other} is not among what the agent takes from the library`;
}

/** What is looked up in an object, by whatever grammar. */
function memberName(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node)) return literal(node.argumentExpression);
  if (ts.isBindingElement(node)) return literal(node.propertyName ?? node.name);
  return null;
}

const literal = (node: ts.Node): string | null =>
  ts.isIdentifier(node) || ts.isStringLiteralLike(node) ? node.text : null;
