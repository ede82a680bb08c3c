import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { LogLevel, MessageSecurityMode, SecurityPolicy, setLogLevel } from "node-opcua-client";
import { nodesets } from "node-opcua-nodesets";
import { OPCUAServer, type ServerSession } from "node-opcua-server";
import { type StatusCode, StatusCodes } from "node-opcua-status-code";
import { DataType } from "node-opcua-variant";

export const OWN_NAMESPACE = "urn:wardtwin:test";
const DI_NAMESPACE = "http://opcfoundation.org/UA/DI/";
export const USER = { userName: "agent", password: "secret" };

/** What a variable of the server holds. */
export interface Told {
  dataType: DataType;
  value: unknown;
  status?: StatusCode;
}

/** Variables by their paths of BrowseNames, as a profile writes them. */
export type Variables = Readonly<Record<string, Told>>;

export interface ServerOptions {
  pkiDir: string;
  port?: number;
  /** By BrowseName; node ids are counted up in this order. */
  devices?: Readonly<Record<string, Variables>>;
  /** Variables below the Objects folder whose string NodeIds are their names. */
  strings?: Variables;
  namespaceUri?: string;
  /** How many namespaces come before the own one. */
  fillers?: number;
  withoutSubscriptions?: true;
}

export interface TestServer {
  port: number;
  certificate: Buffer;
  /** How often each service was asked for, by the name of its request. */
  asked: ReadonlyMap<string, number>;
  sessionsMade(): number;
  /** Gives a variable a value, by its path below its device or its string NodeId. */
  set(name: string, told: Told, unit?: string): void;
  addVariable(unit: string, path: string, told: Told): void;
  /** Puts a device into the DeviceSet, in the place of the one that bears its name. */
  put(unit: string, variables: Variables): void;
  remove(unit: string): void;
  /** From now on every subscription that exists keeps what it has to say to itself. */
  hush(): void;
  /** Closes the sessions that exist, and leaves their connections. */
  closeSessions(): void;
  stop(): Promise<void>;
}

/** A server by OPC 10000-100 on a real socket: signed and encrypted, with a name and a password. */
export async function startOpcUaServer(options: ServerOptions): Promise<TestServer> {
  setLogLevel(LogLevel.Emergency);
  const server = new OPCUAServer({
    port: options.port ?? 0,
    nodeset_filename: [nodesets.standard, nodesets.di],
    serverCertificateManager: new OPCUACertificateManager({
      rootFolder: join(options.pkiDir, "server"),
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    }),
    allowAnonymous: false,
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    userManager: {
      isValidUser: (name: string, password: string) => name === USER.userName && password === USER.password,
    },
  });
  const sessions: ServerSession[] = [];
  const asked = new Map<string, number>();
  server.on("create_session", (session) => sessions.push(session));
  server.on("request", ({ schema }) => asked.set(schema.name, (asked.get(schema.name) ?? 0) + 1));
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error("a server without an address space");
  const nodes = new Nodes(addressSpace, options);
  for (const [unit, variables] of Object.entries(options.devices ?? {})) nodes.addDevice(unit, variables);
  nodes.addStrings(options.strings ?? {});
  await server.start();
  // As an option 0 would be taken for the default.
  if (options.withoutSubscriptions === true) server.engine.serverCapabilities.maxSubscriptionsPerSession = 0;
  return {
    port: server.endpoints[0]?.port ?? 0,
    certificate: server.getCertificate(),
    asked,
    sessionsMade: () => sessions.length,
    set: (name, told, unit = "") => nodes.set(`${unit}/${name}`, told),
    addVariable: (unit, path, told) => nodes.addVariables(unit, { [path]: told }),
    put(unit, variables) {
      nodes.removeDevice(unit);
      nodes.addDevice(unit, variables);
    },
    remove: (unit) => nodes.removeDevice(unit),
    hush() {
      for (const { publishEngine } of sessions) {
        Object.assign(publishEngine, { _send_response: () => {}, send_keep_alive_response: () => true });
      }
    },
    closeSessions() {
      for (const session of sessions) server.engine.closeSession(session.authenticationToken, true, "Forcing");
    },
    stop: () => server.shutdown(0),
  };
}

type AddressSpace = NonNullable<OPCUAServer["engine"]["addressSpace"]>;
type Namespace = ReturnType<AddressSpace["registerNamespace"]>;
type ObjectNode = ReturnType<Namespace["addObject"]>;

/** Any type at all, so that a test can give a variable another one; the library wants a Boolean to be declared as one. */
const readOnly = ({ dataType }: Told) => ({
  dataType: dataType === DataType.Boolean ? "Boolean" : "BaseDataType",
  accessLevel: "CurrentRead",
  userAccessLevel: "CurrentRead",
});

class Nodes {
  readonly #space: AddressSpace;
  readonly #own: Namespace;
  readonly #di: number;
  readonly #objects = new Map<string, ObjectNode>();
  readonly #variables = new Map<string, ReturnType<Namespace["addVariable"]>>();
  #node = 1_000;

  constructor(space: AddressSpace, { fillers = 0, namespaceUri = OWN_NAMESPACE }: ServerOptions) {
    this.#space = space;
    for (let filler = 0; filler < fillers; filler++) space.registerNamespace(`urn:filler:${filler}`);
    this.#own = space.registerNamespace(namespaceUri);
    this.#di = space.getNamespaceIndex(DI_NAMESPACE);
  }

  set(name: string, { dataType, value, status = StatusCodes.Good }: Told): void {
    const variable = this.#variables.get(name);
    if (variable === undefined) throw new Error(`no variable ${name}`);
    variable.setValueFromSource({ dataType, value }, status);
  }

  addStrings(variables: Variables): void {
    const { objects } = this.#space.rootFolder;
    for (const [name, told] of Object.entries(variables)) {
      const node = { organizedBy: objects, browseName: name, nodeId: `s=${name}`, ...readOnly(told) };
      this.#variables.set(`/${name}`, this.#own.addVariable(node));
      this.set(`/${name}`, told);
    }
  }

  addDevice(unit: string, variables: Variables): void {
    const deviceSet = this.#space.rootFolder.objects.getFolderElementByName("DeviceSet", this.#di);
    if (deviceSet === null) throw new Error("a server without a DeviceSet");
    this.#objects.set(unit, this.#own.addObject({ componentOf: deviceSet, ...this.#named(unit) }));
    this.addVariables(unit, variables);
  }

  addVariables(unit: string, variables: Variables): void {
    const device = this.#objects.get(unit);
    if (device === undefined) throw new Error(`no device ${unit}`);
    for (const [path, told] of Object.entries(variables)) {
      const [name = "", folder] = path.split("/").toReversed();
      const where = folder === undefined ? { propertyOf: device } : { componentOf: this.#folder(unit, device, folder) };
      this.#variables.set(
        `${unit}/${path}`,
        this.#own.addVariable({ ...where, ...this.#named(name), ...readOnly(told) }),
      );
      this.set(`${unit}/${path}`, told);
    }
  }

  #folder(unit: string, device: ObjectNode, name: string): ObjectNode {
    const key = `${unit}/${name}`;
    const folder = this.#objects.get(key) ?? this.#own.addObject({ componentOf: device, ...this.#named(name) });
    this.#objects.set(key, folder);
    return folder;
  }

  removeDevice(unit: string): void {
    const device = this.#objects.get(unit);
    if (device !== undefined) this.#space.deleteNode(device);
    for (const key of this.#objects.keys()) if (key === unit || key.startsWith(`${unit}/`)) this.#objects.delete(key);
  }

  #named(segment: string) {
    const isDi = segment.startsWith("DI:");
    const browseName = { name: isDi ? segment.slice(3) : segment, namespaceIndex: isDi ? this.#di : this.#own.index };
    return { browseName, nodeId: `i=${++this.#node}` };
  }
}
