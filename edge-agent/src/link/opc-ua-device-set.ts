import { LinkError } from "./link-error.ts";
import { type Child, type NodeRef, OBJECTS_FOLDER, type OpcUaSession } from "./opc-ua-session.ts";

/** The namespace of OPC 10000-100 (Devices), and the folder in it that holds a server's devices. */
const DI_NAMESPACE = "http://opcfoundation.org/UA/DI/";
const DI_PREFIX = "DI:";

/**
 * Finds variables of one device by browsing: Objects, the DeviceSet, the device whose BrowseName is the unit, and down the
 * path of BrowseNames. A name that two variables bear names neither of them.
 *
 * @param paths BrowseNames below the device, parted by `/`; one with the prefix `DI:` is of the DI namespace, any other of
 * the profile's
 * @returns by path, null for a variable that is not there; null for all when there is no such device
 * @throws LinkError when the server has no DeviceSet, or two devices of the name
 */
export async function findOnDevice(
  session: OpcUaSession,
  namespaceUri: string,
  unit: string,
  paths: readonly string[],
): Promise<Map<string, NodeRef | null> | null> {
  const own = session.namespaceIndex(namespaceUri);
  const di = session.namespaceIndex(DI_NAMESPACE);
  const seen = new Map<string, Child[]>();
  const below = async (parent: NodeRef, namespaceIndex: number, name: string): Promise<NodeRef[]> => {
    const key = parent.toString();
    const children = seen.get(key) ?? (await session.children(parent));
    seen.set(key, children);
    return children
      .filter((child) => child.name === name && child.namespaceIndex === namespaceIndex)
      .map((child) => child.node);
  };
  const variable = async (device: NodeRef, path: string): Promise<NodeRef | null> => {
    let node = device;
    for (const segment of path.split("/")) {
      const isDi = segment.startsWith(DI_PREFIX);
      const [next, other] = await below(node, isDi ? di : own, isDi ? segment.slice(DI_PREFIX.length) : segment);
      if (next === undefined || other !== undefined) return null;
      node = next;
    }
    return node;
  };

  const [deviceSet] = await below(OBJECTS_FOLDER, di, "DeviceSet");
  if (deviceSet === undefined) throw new LinkError("link.protocol", "the server has no DeviceSet");
  const [device, double] = await below(deviceSet, own, unit);
  if (device === undefined) return null;
  if (double !== undefined) throw new LinkError("link.protocol", `two devices of the server are called ${unit}`);
  const nodes = new Map<string, NodeRef | null>();
  for (const path of paths) nodes.set(path, await variable(device, path));
  return nodes;
}
