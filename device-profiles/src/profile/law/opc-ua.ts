import { isMetricName, type MetricName, metricTerm } from "../../vocabulary/metrics.ts";
import type { OpcUaMapping, OpcUaProfile } from "../opc-ua.ts";
import { when } from "./when.ts";

/** After so many publishing intervals without a sign of life a gateway takes a server to be silent. */
const SILENT_INTERVALS = 3;

export function opcUaFaults(profile: OpcUaProfile): string[] {
  const { samplingMs, publishingMs, occupied, nodes } = profile.wire;
  return [
    ...nodesOfProfile(profile).flatMap((node) => nodeFaults(node, nodes)),
    ...when(
      nodes === "device-set" && occupied !== undefined,
      "a device of a DeviceSet is there or not; occupied says no more",
    ),
    ...when(samplingMs > publishingMs, "the server would look at a variable less often than it tells of it"),
    ...Object.entries(profile.polls).flatMap(([name, { everyMs, staleAfterMs, replyMs }]) => [
      ...when(replyMs >= everyMs, `poll ${name} is due again before its reply may end`),
      ...when(SILENT_INTERVALS * publishingMs > staleAfterMs, `poll ${name} is stale before a silence is noticed`),
    ]),
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) =>
      isMetricName(name) ? typeFaults(name, mapping) : [],
    ),
  ];
}

const nodesOfProfile = ({ wire, operatingState, metrics }: OpcUaProfile): string[] => [
  ...(wire.occupied === undefined ? [] : [wire.occupied]),
  ...Object.values(wire.identity),
  operatingState.node,
  ...Object.values(metrics).map(({ node }) => node),
];

/** Two units must never mean the same variable, and a path has no empty steps. */
function nodeFaults(node: string, nodes: OpcUaProfile["wire"]["nodes"]): string[] {
  const namesUnit = node.includes("{unit}");
  if (nodes === "string-id") return when(!namesUnit, `${node} is the same variable for every unit`);
  return [
    ...when(namesUnit, `${node} stands below its unit and cannot name it`),
    ...when(
      node.split("/").some((segment) => segment === "" || segment === "DI:"),
      `${node} has an empty step`,
    ),
  ];
}

function typeFaults(name: MetricName, { type, scale }: OpcUaMapping): string[] {
  const { codes, ucum } = metricTerm(name);
  const isOfType = {
    number: codes === undefined,
    code: codes !== undefined,
    boolean: codes?.length === 2,
    clock: codes === undefined && ucum === "s",
  }[type];
  return [
    ...when(!isOfType, `${name} cannot be read off a ${type}`),
    ...when(scale !== undefined && type !== "number", `${name} has a scale and no number`),
  ];
}
