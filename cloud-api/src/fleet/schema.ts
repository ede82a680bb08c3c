import { DEVICE_KIND_NAMES } from "@wardtwin/device-profiles/vocabulary/device-kind";
import Type, { type Static } from "typebox";
import { Instant, RegistryId } from "../platform/schema.ts";

const Name = Type.String({ minLength: 1, maxLength: 120 });
const Text = Type.String({ minLength: 1, maxLength: 256 });
export const DeviceKind = Type.Enum([...DEVICE_KIND_NAMES]);
export const WARD_KINDS = ["ward", "store", "workshop"] as const;

export const Ward = Type.Object({
  id: RegistryId,
  name: Name,
  kind: Type.Enum([...WARD_KINDS]),
  floor: Type.Integer({ minimum: -20, maximum: 200 }),
  /** Place within its floor, ascending. */
  order: Type.Integer({ minimum: 0, maximum: 10_000 }),
});
export type Ward = Static<typeof Ward>;

export const RegistryGateway = Type.Object({ id: RegistryId, name: Name, ward: RegistryId });

export const RegistryDevice = Type.Object({
  id: RegistryId,
  kind: DeviceKind,
  manufacturer: Text,
  model: Text,
  serial: Text,
  firmware: Type.Optional(Text),
  assetNumber: Type.Optional(Text),
  ward: RegistryId,
  profile: Text,
});

/** Which device a person bound to a unit of a gateway's line; for devices that do not name themselves. */
export const Binding = Type.Object({ gateway: RegistryId, line: Text, unit: Text, device: RegistryId });

/** A whole hospital at once. Rows that exist are updated; nothing is deleted. */
export const RegistryImport = Type.Object({
  site: Type.Object({
    id: RegistryId,
    name: Name,
    timeZone: Text,
    simulated: Type.Boolean(),
    policy: Type.Optional(
      Type.Object({
        /** Minutes in standby or off after which a device counts as free, if nobody released it before. */
        standbyFreeAfterMin: Type.Optional(Type.Number({ minimum: 0, maximum: 10_080 })),
      }),
    ),
  }),
  wards: Type.Array(Ward, { maxItems: 1_000 }),
  gateways: Type.Array(RegistryGateway, { maxItems: 1_000 }),
  devices: Type.Array(RegistryDevice, { maxItems: 50_000 }),
  bindings: Type.Array(Binding, { maxItems: 50_000 }),
});
export type RegistryImport = Static<typeof RegistryImport>;

export const RegistryImported = Type.Object(
  { wards: Type.Integer(), gateways: Type.Integer(), devices: Type.Integer(), bindings: Type.Integer() },
  { title: "RegistryImported" },
);

/** What a gateway last said of its outbox; all but the age count batches. */
const Outbox = Type.Object({
  at: Instant,
  waiting: Type.Integer(),
  acknowledged: Type.Integer({ description: "The cloud has them; kept for about a day in case it loses them" }),
  quarantined: Type.Integer({ description: "Sent again and again and never acknowledged; kept, and sent no more" }),
  dropped: Type.Integer({ description: "Given up unacknowledged, because no more fitted or they had waited too long" }),
  lost: Type.Integer({ description: "That no disk took, since the agent started" }),
  thinned: Type.Integer({ description: "Kept with fewer readings than were taken" }),
  oldestWaitingMs: Type.Union([Type.Integer(), Type.Null()]),
});

export const Gateway = Type.Object({
  id: RegistryId,
  name: Name,
  ward: RegistryId,
  simulated: Type.Boolean(),
  link: Type.Enum(["online", "offline", "unknown"]),
  linkSince: Type.Union([Instant, Type.Null()]),
  lastBatchAt: Type.Union([Instant, Type.Null()]),
  outbox: Type.Union([Outbox, Type.Null()]),
});
export const GatewayList = Type.Object({ gateways: Type.Array(Gateway) }, { title: "GatewayList" });

/** A PKCS#10 request; the private key never leaves the gateway. */
export const CertificateRequest = Type.Object({ csrPem: Type.String({ minLength: 1, maxLength: 16_384 }) });
export const CertificateIssued = Type.Object(
  { certificatePem: Type.String(), caPem: Type.String(), notAfter: Instant },
  { title: "CertificateIssued" },
);

/** The serial number of a certificate, as our authority writes it: hexadecimal, 16 bytes. */
export const CertificateSerial = Type.String({ pattern: "^[0-9a-f]{32}$" });
export const GatewayCertificates = Type.Object(
  {
    certificates: Type.Array(
      Type.Object({
        serial: CertificateSerial,
        issuedAt: Instant,
        issuedBy: Type.String(),
        notAfter: Instant,
        revokedAt: Type.Union([Instant, Type.Null()]),
      }),
    ),
  },
  { title: "GatewayCertificates" },
);
/** Certificates of other systems' MQTT clients. */
export const ClientCertificates = Type.Object(
  {
    certificates: Type.Array(
      Type.Object({
        serial: CertificateSerial,
        name: RegistryId,
        site: RegistryId,
        shadows: Type.Enum(["none", "read", "write"]),
        issuedAt: Instant,
        issuedBy: Type.String(),
        notAfter: Instant,
        revokedAt: Type.Union([Instant, Type.Null()]),
      }),
    ),
  },
  { title: "ClientCertificates" },
);
export const CertificateRevoked = Type.Object(
  { serial: CertificateSerial, revokedAt: Instant },
  { title: "CertificateRevoked" },
);

/** A unit of a gateway's line. */
const LineUnit = Type.Object({ gateway: RegistryId, line: Text, unit: Text });

/** A person's word that a device hangs on a unit of a line; `device` is its id, its asset number or its serial number. */
export const Sighting = Type.Object({ device: Text, place: LineUnit, source: Type.Enum(["scan", "hand"]) });
export const SightingTaken = Type.Object(
  {
    device: RegistryId,
    place: LineUnit,
    /** Whether something answers there already; if not, what answers next is this device. */
    answers: Type.Boolean(),
  },
  { title: "SightingTaken" },
);

/** A unit of a line whose device does not name itself, and whose nobody has confirmed since a break. */
export const UnconfirmedLine = Type.Object({
  place: LineUnit,
  /** The device that was bound there before. */
  device: Type.Union([RegistryId, Type.Null()]),
  profile: Type.String(),
  /** What it says of itself: make and model, where it does. */
  says: Type.String(),
  since: Instant,
});
export const UnconfirmedLines = Type.Object({ lines: Type.Array(UnconfirmedLine) }, { title: "UnconfirmedLines" });

/**
 * A device that a gateway hears and that is not bound to it. Its readings are kept apart until that is settled: by an import
 * that registers it, by its own gateway no longer hearing it, or by a person's scan.
 */
export const DISCOVERED_STANDINGS = ["unregistered", "elsewhere", "conflict", "overruled"] as const;
export const DiscoveredDevice = Type.Object({
  place: LineUnit,
  profile: Type.String(),
  manufacturer: Type.Union([Type.String(), Type.Null()]),
  model: Type.Union([Type.String(), Type.Null()]),
  serial: Type.String(),
  firmware: Type.Union([Type.String(), Type.Null()]),
  firstAt: Instant,
  lastAt: Instant,
  /** The device of the registry that has the number. */
  device: Type.Union([RegistryId, Type.Null()]),
  /** The gateway that the registry binds it to. */
  boundTo: Type.Union([RegistryId, Type.Null()]),
  standing: Type.Enum([...DISCOVERED_STANDINGS]),
});
export const DiscoveredDevices = Type.Object({ devices: Type.Array(DiscoveredDevice) }, { title: "DiscoveredDevices" });
