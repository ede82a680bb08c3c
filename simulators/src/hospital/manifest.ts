import { DEVICE_KIND_NAMES } from "@wardtwin/device-profiles/vocabulary/device-kind";
import { type Static, Type } from "typebox";

/** Lower-case letters, digits and hyphens, so that an id can stand in a topic, a path and a file name. */
const Id = Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 64 });
const Text = Type.String({ minLength: 1, maxLength: 120 });
const word = <Word extends string>(words: readonly Word[]) => Type.Enum([...words]);

export const WARD_KINDS = ["ward", "store", "workshop"] as const;
export const LINE_PROTOCOLS = [
  "puritan-bennett-sndf",
  "modbus",
  "opc-ua",
  "alaris-asena",
  "draeger-medibus",
  "fresenius-orchestra",
  "defib-ready-serial",
  "puritan-bennett-snda",
] as const;
export const SIMULATED_PROFILES = [
  "puritan-bennett/840",
  "wardtwin-synthetic/defib-ready-1",
  "wardtwin-synthetic/pump-rack-1",
  "alaris/asena-gh",
  "wardtwin-synthetic/mri-1",
  "wardtwin-synthetic/gas-panel-2",
  "draeger/evita-xl",
  "draeger/evita-v500",
  "draeger/apollo",
  "fresenius/orchestra-module-dps",
  "wardtwin-synthetic/defib-ready-1-serial",
  "puritan-bennett/980",
  "puritan-bennett/840-snda",
] as const;

export const Ward = Type.Object({
  id: Id,
  name: Text,
  kind: word(WARD_KINDS),
  floor: Type.Integer(),
  order: Type.Integer({ minimum: 0 }),
});

export const Gateway = Type.Object({ id: Id, name: Text, ward: Id });

/** One wire of one gateway, with every device on it. `unit` is "1" on a serial port, the Modbus unit id, the number of a slot, or the browse name of a scanner. */
export const Line = Type.Object({
  id: Id,
  gateway: Id,
  url: Type.String({ pattern: "^(tcp|modbus\\+tcp|opc\\.tcp)://[^/]+:[0-9]+$" }),
  protocol: word(LINE_PROTOCOLS),
  credentials: Type.Optional(Type.Object({ username: Text, password: Text })),
  /** The certificate of an OPC UA server, as a PEM file on this machine. */
  serverCertificateFile: Type.Optional(Type.String()),
  units: Type.Array(Type.Object({ unit: Text, device: Id }), { maxItems: 64 }),
});

export const Device = Type.Object({
  id: Id,
  kind: word(DEVICE_KIND_NAMES),
  manufacturer: Text,
  model: Text,
  serial: Text,
  firmware: Text,
  assetNumber: Text,
  ward: Id,
  profile: word(SIMULATED_PROFILES),
});

/** What a simulated hospital says of itself when it is up: everything that a real one's asset register and line list would hold. */
export const Manifest = Type.Object({
  seed: Type.Integer(),
  simulated: Type.Literal(true),
  site: Type.Object({ id: Id, name: Text, timeZone: Text }),
  wards: Type.Array(Ward),
  gateways: Type.Array(Gateway),
  lines: Type.Array(Line),
  devices: Type.Array(Device),
});

export type Ward = Static<typeof Ward>;
export type Gateway = Static<typeof Gateway>;
export type Line = Static<typeof Line>;
export type Device = Static<typeof Device>;
export type Manifest = Static<typeof Manifest>;
