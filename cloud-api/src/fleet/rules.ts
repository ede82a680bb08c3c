import type { RegistryImport } from "./schema.ts";

/** A reference of an import that leads nowhere, by where it stands and what it names; null when all lead somewhere. */
export function brokenReference(registry: RegistryImport): { where: string; what: string; id: string } | null {
  const wards = new Set(registry.wards.map(({ id }) => id));
  const gateways = new Set(registry.gateways.map(({ id }) => id));
  const devices = new Set(registry.devices.map(({ id }) => id));
  for (const { id, ward } of registry.gateways)
    if (!wards.has(ward)) return { where: `gateway ${id}`, what: "ward", id: ward };
  for (const { id, ward } of registry.devices)
    if (!wards.has(ward)) return { where: `device ${id}`, what: "ward", id: ward };
  for (const { line, unit, gateway, device } of registry.bindings) {
    const where = `binding ${line}/${unit}`;
    if (!gateways.has(gateway)) return { where, what: "gateway", id: gateway };
    if (!devices.has(device)) return { where, what: "device", id: device };
  }
  return null;
}
