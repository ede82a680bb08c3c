import { nodesets } from "node-opcua-nodesets";
import type { OPCUAServer } from "node-opcua-server";
import { DataType } from "node-opcua-variant";
import type { NodeValue } from "../opc-ua/node-value.ts";
import { isSame, variant } from "../opc-ua/node-value.ts";
import { createSecureServer, type SecureServerOptions } from "../opc-ua/secure-server.ts";
import { NAMESPACE_URI } from "./nodes.ts";

/** Objects in order of their place, each with its first values by variable name. */
export type RackObjects = ReadonlyMap<string, ReadonlyMap<string, NodeValue>>;

export interface RackServer {
  /** Shows a value; an unchanged one is not passed on. */
  show(object: string, variable: string, value: NodeValue): boolean;
  stop(): Promise<void>;
}

const PRODUCT = { name: "Wardtwin synthetic pump rack", uri: NAMESPACE_URI };

/** Starts one rack's OPC UA server, with nothing to write or call. */
export async function startRackServer(options: SecureServerOptions, objects: RackObjects): Promise<RackServer> {
  const server = createSecureServer(options, PRODUCT, [nodesets.standard]);
  await server.initialize();
  const show = buildAddressSpace(server, objects);
  await server.start();
  return { show, stop: () => server.shutdown(0) };
}

function buildAddressSpace(server: OPCUAServer, objects: RackObjects): RackServer["show"] {
  const addressSpace = server.engine.addressSpace;
  if (addressSpace === null) throw new Error("the OPC UA server has no address space after its initialisation");
  const namespace = addressSpace.registerNamespace(NAMESPACE_URI);
  const shown = new Map<string, NodeValue>();
  const setters = new Map<string, (value: NodeValue) => void>();
  const rack = namespace.addObject({
    browseName: "Rack",
    nodeId: "s=Rack",
    organizedBy: addressSpace.rootFolder.objects,
  });
  for (const [objectName, values] of objects) {
    const parent =
      objectName === "Rack"
        ? rack
        : namespace.addObject({ browseName: objectName, nodeId: `s=${objectName}`, componentOf: rack });
    for (const [name, first] of values) {
      const nodeId = `${objectName}.${name}`;
      const variable = namespace.addVariable({
        browseName: name,
        nodeId: `s=${nodeId}`,
        componentOf: parent,
        dataType: DataType[first.dataType],
        accessLevel: "CurrentRead",
        userAccessLevel: "CurrentRead",
      });
      setters.set(nodeId, (value) => variable.setValueFromSource(variant(value), value.status));
    }
  }
  const show: RackServer["show"] = (object, variableName, value) => {
    const nodeId = `${object}.${variableName}`;
    const before = shown.get(nodeId);
    if (before !== undefined && isSame(before, value)) return false;
    shown.set(nodeId, value);
    setters.get(nodeId)?.(value);
    return true;
  };
  for (const [object, values] of objects) for (const [name, value] of values) show(object, name, value);
  return show;
}
