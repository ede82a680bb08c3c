import Type from "typebox";
import { core, mapping, metricsOf, type Of, pollsOf, State, strict, timing, WaitMs } from "./profile.ts";

/**
 * Where a variable stands. A profile with `nodes: "string-id"` names the string part of a NodeId in its namespace, `{unit}`
 * standing for the unit on the line. One with `nodes: "device-set"` names the way of BrowseNames below the device in the
 * DeviceSet of OPC 10000-100, parted by `/`; a name of the DI namespace bears the prefix `DI:`.
 */
const Node = Type.String({ minLength: 1, maxLength: 200 });

const OpcUaMapping = Type.Object(
  {
    ...mapping,
    node: Node,
    /**
     * `number` any numeric type; `code` an integer that is the index of a coded metric's word; `boolean` false 0, true 1;
     * `clock` the device's own DateTime less the gateway's time, in s.
     */
    type: Type.Enum(["number", "code", "boolean", "clock"]),
  },
  strict,
);
export type OpcUaMapping = Of<typeof OpcUaMapping>;

const OpcUaPoll = Type.Object(
  {
    ...timing,
    /** How long a read may take. */
    replyMs: WaitMs,
  },
  strict,
);

export const OpcUaProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("opc-ua"),
    polls: pollsOf(OpcUaPoll),
    wire: Type.Object(
      {
        namespaceUri: Type.String({ minLength: 1 }),
        nodes: Type.Enum(["string-id", "device-set"]),
        /** A Boolean variable that says whether there is a device at this unit at all; without one, a missing device is a vacant unit. */
        occupied: Type.Optional(Node),
        identity: Type.Object({ manufacturer: Node, model: Node, serial: Node, firmware: Node }, strict),
        /** What the server is asked for: how often it looks at a variable, and how often it tells what changed. */
        samplingMs: WaitMs,
        publishingMs: WaitMs,
      },
      strict,
    ),
    metrics: metricsOf(OpcUaMapping),
    /** The state behind each number of a variable; a number that is not listed is `unknown`. */
    operatingState: Type.Object({ node: Node, states: Type.Record(Type.String({ pattern: "^\\d+$" }), State) }, strict),
  },
  strict,
);
export type OpcUaProfile = Of<typeof OpcUaProfile>;
