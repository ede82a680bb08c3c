import { nodesets } from "node-opcua-nodesets";
import type { OPCUAServer } from "node-opcua-server";
import { DataType } from "node-opcua-variant";
import type { NodeValue } from "../opc-ua/node-value.ts";
import { isSame, variant } from "../opc-ua/node-value.ts";
import { PublishGate } from "../opc-ua/publish-gate.ts";
import { createSecureServer, type SecureServerOptions } from "../opc-ua/secure-server.ts";
import { DI_NAMESPACE_URI, NAMESPACE_URI, SCANNER_VARIABLES } from "./variables.ts";

/** What is settled when a server starts, and changed by starting another. */
export interface ServerShape {
  /**
   * Which set of node ids it gives out. Up to 4, every id is that of a neighbour in another set, so that whoever kept one
   * reads something else; from 5 on, our namespace has another index too, and no id is the same.
   */
  nodeIdSet: number;
  /** By scanner, the parameter that is declared and told as a text, or null. */
  texts: Readonly<Record<string, string | null>>;
}

export interface ScannerServer {
  readonly shape: ServerShape;
  /** Shows a value; an unchanged one is not passed on. */
  show(unit: string, variable: string, value: NodeValue): boolean;
  /** Whether subscriptions hear anything; everything else goes on. */
  setPublishing(isPublishing: boolean): void;
  stop(): Promise<void>;
}

type AddressSpace = NonNullable<OPCUAServer["engine"]["addressSpace"]>;
type Namespace = ReturnType<AddressSpace["registerNamespace"]>;
type ObjectNode = ReturnType<Namespace["addObject"]>;
type VariableNode = ReturnType<Namespace["addVariable"]>;

const PRODUCT = { name: "Wardtwin synthetic MRI scanner", uri: NAMESPACE_URI };
const DEVICE_SET_ID = 5001;
const DEVICE_HEALTH_ENUMERATION_ID = 6244;
const SHIFTED_SETS = 4;
const NODE_IDS_PER_SET = 1_000;

/** Starts the OPC UA server of one or more scanners, with nothing to write or call. */
export async function startScannerServer(
  options: SecureServerOptions,
  shape: ServerShape,
  scanners: ReadonlyMap<string, ReadonlyMap<string, NodeValue>>,
): Promise<ScannerServer> {
  const server = createSecureServer(options, PRODUCT, [nodesets.standard, nodesets.di]);
  const gate = new PublishGate(server);
  await server.initialize();
  const setters = buildAddressSpace(server, shape.nodeIdSet, scanners);
  const shown = new Map<string, NodeValue>();
  const show: ScannerServer["show"] = (unit, variableName, value) => {
    const path = `${unit}/${variableName}`;
    const before = shown.get(path);
    if (before !== undefined && isSame(before, value)) return false;
    shown.set(path, value);
    setters.get(path)?.(value);
    return true;
  };
  for (const [unit, values] of scanners) for (const [name, value] of values) show(unit, name, value);
  await server.start();
  return {
    shape,
    show,
    setPublishing: (isPublishing) => gate.setOpen(isPublishing),
    stop: () => server.shutdown(0),
  };
}

/** Puts the scanners into the device set; the setters of their variables by `unit/name`. */
function buildAddressSpace(
  server: OPCUAServer,
  nodeIdSet: number,
  scanners: ReadonlyMap<string, ReadonlyMap<string, NodeValue>>,
): Map<string, (value: NodeValue) => void> {
  const addressSpace = server.engine.addressSpace;
  if (addressSpace === null) throw new Error("the OPC UA server has no address space after its initialisation");
  const isShifted = nodeIdSet <= SHIFTED_SETS;
  const spares = isShifted ? 0 : nodeIdSet - SHIFTED_SETS;
  for (let spare = 1; spare <= spares; spare += 1) addressSpace.registerNamespace(`${NAMESPACE_URI}:spare:${spare}`);
  const namespace = addressSpace.registerNamespace(NAMESPACE_URI);
  const di = addressSpace.getNamespaceIndex(DI_NAMESPACE_URI);
  const deviceType = addressSpace.findObjectType("DeviceType", di);
  const deviceSet = addressSpace.findNode(`ns=${di};i=${DEVICE_SET_ID}`);
  if (deviceType === null || deviceSet === null) throw new Error("the DI node set is not loaded");
  let nodeNumber = isShifted ? nodeIdSet : nodeIdSet * NODE_IDS_PER_SET;
  const nextId = (): string => {
    nodeNumber += 1;
    return `i=${nodeNumber}`;
  };
  const typeDefinition = namespace.addObjectType({
    browseName: "MriScannerType",
    nodeId: nextId(),
    subtypeOf: deviceType,
  });
  const setters = new Map<string, (value: NodeValue) => void>();
  for (const [unit, values] of scanners) {
    const device = namespace.addObject({
      browseName: unit,
      nodeId: nextId(),
      typeDefinition,
      componentOf: deviceSet,
    });
    for (const [name, variable] of addVariables(namespace, di, device, values, nextId)) {
      setters.set(`${unit}/${name}`, (value) => variable.setValueFromSource(variant(value), value.status));
    }
  }
  return setters;
}

function addVariables(
  namespace: Namespace,
  di: number,
  device: ObjectNode,
  values: ReadonlyMap<string, NodeValue>,
  nextId: () => string,
): Map<string, VariableNode> {
  const ofDi = (name: string) => ({ name, namespaceIndex: di });
  const parameterSet = namespace.addObject({
    browseName: ofDi("ParameterSet"),
    nodeId: nextId(),
    componentOf: device,
  });
  const places = {
    nameplate: { propertyOf: device, typeDefinition: "PropertyType" },
    health: { componentOf: device },
    parameters: { componentOf: parameterSet },
  } as const;
  return new Map(
    SCANNER_VARIABLES.map(({ name, place, dataType }) => {
      const told = DataType[values.get(name)?.dataType ?? dataType];
      const variable = namespace.addVariable({
        ...places[place],
        browseName: place === "parameters" ? name : ofDi(name),
        nodeId: nextId(),
        dataType: place === "health" ? `ns=${di};i=${DEVICE_HEALTH_ENUMERATION_ID}` : told,
        accessLevel: "CurrentRead",
        userAccessLevel: "CurrentRead",
      });
      return [name, variable];
    }),
  );
}
