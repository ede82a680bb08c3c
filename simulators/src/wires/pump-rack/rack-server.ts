import { MessageSecurityMode, SecurityPolicy } from "node-opcua-secure-channel";
import { OPCUAServer } from "node-opcua-server";
import { DataType, Variant } from "node-opcua-variant";
import { HOST } from "../ports.ts";
import type { ServerCertificate } from "./certificates.ts";
import type { NodeValue } from "./nodes.ts";
import { NAMESPACE_URI } from "./nodes.ts";

export interface RackServerOptions {
  port: number;
  certificate: ServerCertificate;
  credentials: { username: string; password: string };
  /** Objects in order of their place, each with its first values by variable name. */
  objects: ReadonlyMap<string, ReadonlyMap<string, NodeValue>>;
}

export interface RackServer {
  /** Shows a value; an unchanged one is not passed on. */
  show(object: string, variable: string, value: NodeValue): boolean;
  stop(): Promise<void>;
}

const SESSIONS_MAX = 16;
const CONNECTIONS_MAX = 32;

/** Starts one rack's OPC UA server: one endpoint, signed and encrypted, by user and password, and nothing to write or call. */
export async function startRackServer(options: RackServerOptions): Promise<RackServer> {
  const server = createServer(options);
  await server.initialize();
  const show = buildAddressSpace(server, options.objects);
  await server.start();
  return { show, stop: () => server.shutdown(0) };
}

function createServer({ port, certificate, credentials }: RackServerOptions): OPCUAServer {
  const { manager, userManager, applicationUri, certificateFile } = certificate;
  return new OPCUAServer({
    port,
    host: HOST,
    hostname: HOST,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: false,
    isAuditing: false,
    maxConnectionsPerEndpoint: CONNECTIONS_MAX,
    serverCapabilities: { maxSessions: SESSIONS_MAX },
    serverCertificateManager: manager,
    userCertificateManager: userManager,
    certificateFile,
    privateKeyFile: manager.privateKey,
    serverInfo: {
      applicationUri,
      productUri: NAMESPACE_URI,
      applicationName: { text: "Wardtwin synthetic pump rack" },
    },
    buildInfo: { productName: "Wardtwin synthetic pump rack", softwareVersion: "1.0.0" },
    userManager: {
      isValidUser: (username: string, password: string) =>
        username === credentials.username && password === credentials.password,
    },
  });
}

const variant = ({ dataType, value }: NodeValue): Variant =>
  new Variant(value === null ? { dataType: DataType.Null } : { dataType, value });

function buildAddressSpace(server: OPCUAServer, objects: RackServerOptions["objects"]): RackServer["show"] {
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
    if (before !== undefined && before.value === value.value && before.status === value.status) return false;
    shown.set(nodeId, value);
    setters.get(nodeId)?.(value);
    return true;
  };
  for (const [object, values] of objects) for (const [name, value] of values) show(object, name, value);
  return show;
}
