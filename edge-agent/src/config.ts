import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { PROTOCOL_NAMES, type Profile, type ProtocolName } from "@wardtwin/device-profiles/profile/define-profile";
import { orchestraSlot } from "@wardtwin/device-profiles/profile/orchestra-layout";
import { BatchEveryMs } from "@wardtwin/device-profiles/twin-document/configuration";
import { isRegistryId } from "@wardtwin/device-profiles/twin-document/topics";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import Type, { type Static, type TSchema } from "typebox";
import Value from "typebox/value";
import { type CredentialFiles, readCredentials } from "./certificate/files.ts";
import { ConfigError } from "./config-error.ts";
import { type LineAddress, parseLineUrl } from "./link/line-url.ts";
import { rsaCertificate } from "./link/rsa-certificate.ts";
import { type Catalog, catalogWith } from "./own-profiles.ts";
import { whyUnheard } from "./reading/open-decoder.ts";
import { OUTBOX_LIMITS, type OutboxLimits } from "./uplink/outbox.ts";

const Path = Type.String({ minLength: 1 });
const strict = { additionalProperties: false };

const LineConfig = Type.Object(
  {
    /** The gateway's own name of the line; it stays when the port or the address changes. */
    id: Type.String({ minLength: 1, maxLength: 64 }),
    url: Type.String({ minLength: 1 }),
    protocol: Type.Enum([...PROTOCOL_NAMES]),
    profile: Type.String({ minLength: 1 }),
    /** JSON: {"username": …, "password": …}. */
    credentialsFile: Type.Optional(Path),
    /** The one certificate that an OPC UA server may show, PEM or DER. */
    serverCertificateFile: Type.Optional(Path),
    units: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 247, uniqueItems: true }),
  },
  strict,
);

const FileConfig = Type.Object(
  {
    site: Type.String(),
    gateway: Type.String(),
    simulated: Type.Boolean(),
    dataDir: Path,
    mqtt: Type.Object(
      {
        host: Type.String({ minLength: 1 }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        certFile: Path,
        keyFile: Path,
        caFile: Path,
      },
      strict,
    ),
    lines: Type.Array(LineConfig, { maxItems: 256 }),
    batchEveryMs: Type.Optional(BatchEveryMs),
    /** false: what was measured on a person is dropped at this gateway. Default true. */
    keepPatientDerived: Type.Optional(Type.Boolean()),
    /** How much is kept while the cloud is away. Default 72 h and 2 GiB. */
    outbox: Type.Optional(
      Type.Object(
        {
          maxAgeH: Type.Optional(Type.Number({ minimum: 1, maximum: 8_760 })),
          maxBytes: Type.Optional(Type.Integer({ minimum: 16 * 1024 ** 2, maximum: 1024 ** 4 })),
        },
        strict,
      ),
    ),
    /** A folder of the hospital's own profiles, one JSON file each, beside those that are shipped. */
    profilesDir: Type.Optional(Path),
  },
  strict,
);

const CredentialsFile = Type.Object({ username: Type.String({ minLength: 1 }), password: Type.String() });

const BATCH_EVERY_MS = 1_000;

/** Which protocol runs over which kind of line. */
const KINDS_OF: Readonly<Record<ProtocolName, readonly LineAddress["kind"][]>> = {
  "puritan-bennett-sndf": ["tcp", "serial"],
  "puritan-bennett-snda": ["tcp", "serial"],
  "alaris-asena": ["tcp", "serial"],
  "draeger-medibus": ["tcp", "serial"],
  "fresenius-orchestra": ["tcp", "serial"],
  "defib-ready-serial": ["tcp", "serial"],
  modbus: ["modbus-tcp", "tcp", "serial"],
  "opc-ua": ["opc-ua"],
};

/** What stands at the end of a serial line that only one device can speak on, as a sentence names it. */
const ALONE: Readonly<Partial<Record<ProtocolName, string>>> = {
  "puritan-bennett-sndf": "ventilator",
  "puritan-bennett-snda": "ventilator",
  "alaris-asena": "pump",
  "draeger-medibus": "ventilator",
  "defib-ready-serial": "defibrillator",
};

export interface LineSettings {
  id: string;
  address: LineAddress;
  profile: Profile;
  units: readonly string[];
  credentials: { userName: string; password: string } | null;
  serverCertificate: Uint8Array | null;
}

export interface AgentSettings {
  site: string;
  gateway: string;
  simulated: boolean;
  dataDir: string;
  /** `files` are where certificate and key came from, and where the next ones go. */
  mqtt: { host: string; port: number; cert: string; key: string; ca: string; files: CredentialFiles };
  lines: readonly LineSettings[];
  batchEveryMs: number;
  keepPatientDerived: boolean;
  outbox: OutboxLimits;
  /** The hospital's own profiles; null where there is no such folder. */
  profilesDir: string | null;
  /** By the id of a line: the day (UTC, YYYY-MM-DD) on which its file of credentials was last written. */
  credentialsSetOn: ReadonlyMap<string, string>;
}

/**
 * Reads the configuration and every file that it names; paths in it are relative to its own folder.
 * @throws ConfigError
 */
export function readConfig(file: string): AgentSettings {
  const at = (path: string, reason: string): never => {
    throw new ConfigError(`${file}${path === "" ? "" : ` at ${path}`}: ${reason}`);
  };
  const config = parsed(FileConfig, bytesOf(file, (reason) => at("", reason)).toString(), at);
  for (const key of ["site", "gateway"] as const) {
    if (!isRegistryId(config[key])) at(`/${key}`, "must be 1 to 64 lower-case letters, digits and hyphens");
  }
  const read = (path: string, name: string) => bytesOf(resolve(dirname(file), name), (reason) => at(path, reason));
  const mqtt = mqttOf(config.mqtt, dirname(file), read);
  const ids = config.lines.map((line) => line.id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice >= 0) at(`/lines/${twice}/id`, `"${ids[twice]}" is taken by another line`);
  const profilesDir = config.profilesDir === undefined ? null : resolve(dirname(file), config.profilesDir);
  const catalog = profilesDir === null ? CATALOG : catalogOf(profilesDir);
  const lines = config.lines.map((line, index) => lineOf(line, `/lines/${index}`, catalog, at, read));
  return {
    site: config.site,
    gateway: config.gateway,
    simulated: config.simulated,
    dataDir: resolve(dirname(file), config.dataDir),
    mqtt,
    lines,
    batchEveryMs: config.batchEveryMs ?? BATCH_EVERY_MS,
    keepPatientDerived: config.keepPatientDerived ?? true,
    outbox: limitsOf(config.outbox ?? {}),
    profilesDir,
    credentialsSetOn: new Map(
      config.lines.flatMap(({ id, credentialsFile: name }) =>
        name === undefined ? [] : [[id, dayOf(resolve(dirname(file), name))] as const],
      ),
    ),
  };
}

function mqttOf(
  { host, port, certFile, keyFile, caFile }: Static<typeof FileConfig>["mqtt"],
  folder: string,
  read: ReadFile,
): AgentSettings["mqtt"] {
  read("/mqtt/certFile", certFile);
  read("/mqtt/keyFile", keyFile);
  const files = { certFile: resolve(folder, certFile), keyFile: resolve(folder, keyFile) };
  return { host, port, ...readCredentials(files), ca: read("/mqtt/caFile", caFile).toString(), files };
}
const dayOf = (file: string): string => statSync(file).mtime.toISOString().slice(0, "YYYY-MM-DD".length);

const limitsOf = ({ maxAgeH, maxBytes }: { maxAgeH?: number; maxBytes?: number }): OutboxLimits => ({
  ...OUTBOX_LIMITS,
  ...(maxAgeH === undefined ? {} : { ageMs: maxAgeH * 3_600_000 }),
  ...(maxBytes === undefined ? {} : { bytes: maxBytes }),
});

/**
 * The shipped profiles and those of a hospital's own folder.
 * @throws ConfigError that names the folder's file, not the one that names the folder
 */
export function catalogOf(dir: string): Catalog {
  const catalog = catalogWith(dir);
  if (!catalog.ok) throw new ConfigError(catalog.fault);
  return catalog.value;
}

type Refuse = (path: string, reason: string) => never;
type ReadFile = (path: string, name: string) => Buffer;

/** Checks one line's settings. `at` refuses by a path in the line's own JSON; `read` opens the files that it names. */
export function lineOf(
  line: Static<typeof LineConfig>,
  path: string,
  catalog: Catalog,
  at: Refuse,
  read: ReadFile,
): LineSettings {
  const profile = catalog.get(line.profile);
  if (profile === undefined) return at(`${path}/profile`, `no profile "${line.profile}" is known`);
  if (profile.protocol !== line.protocol) return at(`${path}/protocol`, `${profile.id} speaks ${profile.protocol}`);
  const address = parseLineUrl(line.url, "serial" in profile.wire ? profile.wire.serial : undefined);
  if (!address.ok) return at(`${path}/url`, address.fault);
  if (!KINDS_OF[line.protocol].includes(address.value.kind)) {
    return at(`${path}/url`, `${line.protocol} does not run over ${new URL(line.url).protocol}`);
  }
  const listen = new URL(line.url).searchParams.get("listen") === "1" ? whyUnheard(line.protocol) : null;
  if (listen !== null) return at(`${path}/url`, `listen=1 cannot be: ${listen}`);
  const { kind } = address.value;
  const wrong = line.units.findIndex((unit) => unitFault(profile, kind, unit) !== null);
  if (wrong >= 0) return at(`${path}/units/${wrong}`, unitFault(profile, kind, line.units[wrong] ?? "") ?? "");
  const alone = ALONE[line.protocol];
  if (alone !== undefined && line.units.length > 1) {
    return at(`${path}/units`, `one ${alone} stands at the end of a serial line`);
  }
  const { credentialsFile, serverCertificateFile } = line;
  if (line.protocol === "opc-ua" && credentialsFile === undefined) {
    return at(path, "an OPC UA line needs a credentialsFile");
  }
  return {
    id: line.id,
    address: address.value,
    profile,
    units: line.units,
    credentials:
      credentialsFile === undefined ? null : credentialsOf(credentialsFile, `${path}/credentialsFile`, at, read),
    serverCertificate:
      serverCertificateFile === undefined
        ? null
        : (rsaCertificate(read(`${path}/serverCertificateFile`, serverCertificateFile)) ??
          at(`${path}/serverCertificateFile`, "is no X.509 certificate with an RSA key")),
  };
}

/** Why a line that runs cannot be read by another profile, as the end of a sentence that begins with it; null where it can. */
export function whyUnread({ address, profile: now, units }: LineSettings, profile: Profile): string | null {
  if (profile.protocol !== now.protocol)
    return `speaks ${now.protocol}, and revision ${profile.revision} ${profile.protocol}`;
  const wrong = units.find((unit) => unitFault(profile, address.kind, unit) !== null);
  return wrong === undefined ? null : `has the unit ${wrong}, and ${unitFault(profile, address.kind, wrong)}`;
}

/**
 * Modbus Messaging on TCP/IP V1.0b, section 4.2: unit ids 0 to 255, of which 0 and 255 address a gateway itself. Modbus over
 * Serial Line V1.02, section 2.2: 1 to 247; nobody answers a broadcast. A device of an OPC UA server's DeviceSet is called by
 * its BrowseName, which may be any text.
 */
function unitFault(profile: Profile, kind: LineAddress["kind"], unit: string): string | null {
  const { protocol } = profile;
  if (protocol === "modbus") {
    const [min, max] = kind === "modbus-tcp" ? [0, 255] : [1, 247];
    const sound = /^\d{1,3}$/.test(unit) && Number(unit) >= min && Number(unit) <= max;
    return sound ? null : `a Modbus unit is ${min} to ${max}`;
  }
  if (protocol === "fresenius-orchestra" && orchestraSlot(unit) === undefined) {
    return "a unit of a base is a slot, 1 to 9";
  }
  if (protocol === "opc-ua" && profile.wire.nodes === "string-id" && !/^\d{1,2}$/.test(unit)) {
    return `a unit of ${profile.id} is a slot's number`;
  }
  return null;
}

function credentialsOf(name: string, path: string, at: Refuse, read: ReadFile) {
  // What the file says is a secret; a fault in it is told without quoting it.
  const { username, password } = parsed(CredentialsFile, read(path, name).toString(), (_, reason) => at(path, reason));
  return { userName: username, password };
}

function bytesOf(file: string, refuse: (reason: string) => never): Buffer {
  const bytes = attempt(() => readFileSync(file));
  return bytes.ok ? bytes.value : refuse(`${file} cannot be read (${bytes.fault})`);
}

function parsed<Schema extends TSchema>(schema: Schema, text: string, at: Refuse): Static<Schema> {
  const json = attempt((): unknown => JSON.parse(text));
  if (!json.ok) return at("", "is not JSON");
  const value = json.value;
  if (Value.Check(schema, value)) return value;
  const [first] = Value.Errors(schema, value);
  // A key that the schema does not know is told as a schema that nothing satisfies.
  const unknown = first?.keyword === "boolean";
  return at(first?.instancePath ?? "", unknown ? "is no known setting" : (first?.message ?? "is not as it should be"));
}

function attempt<T>(work: () => T): Result<T, string> {
  try {
    return ok(work());
  } catch (error) {
    return fail(error instanceof Error && "code" in error ? String(error.code) : "unreadable");
  }
}
