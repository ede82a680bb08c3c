import type { Manifest } from "@wardtwin/simulators/hospital/manifest";
import type { Api } from "../support/api.ts";
import { serialOf } from "../support/cloud.ts";
import { type PausingProxy, startPausingProxy } from "../support/pausing-proxy.ts";
import { admitted, certify, RawGateway } from "../support/raw-gateway.ts";

/** A gateway that the suite plays itself, so that it knows of every frame what it holds. */
export interface RawPlace {
  gateway: string;
  serial: string;
  /** A number of a start that this gateway has not used yet. */
  nextEpoch(): number;
  /** A new connection, over the link. */
  open(): Promise<RawGateway>;
}

export interface RawSizes {
  /** How many gateways there are behind one link, beside those that a case plays alone. */
  crowd: number;
  backlogBatches: number;
}

/** Raw gateways of one house. */
export interface RawPlaces {
  /** One for each case that plays a gateway alone, because a client id that is taken over ends the session that had it. */
  alone: Record<Alone, RawPlace>;
  /** Hundreds, behind one link. */
  crowd: RawPlace[];
  /** So many batches make the backlog of 72 h. */
  backlogBatches: number;
  link: PausingProxy;
}

const ALONE = ["duplicates", "poison", "backlog", "live"] as const;
type Alone = (typeof ALONE)[number];
const aloneId = (which: Alone): string => `raw-${which}`;
const crowdIds = (size: number): string[] => Array.from({ length: size }, (_, index) => `raw-${index + 1}`);
const CERTIFIED_AT_ONCE = 8;

/** The hospital with a raw gateway for each place, which has one ventilator. */
export function withRawGateways(manifest: Manifest, crowd: number): Manifest {
  const ids = [...ALONE.map(aloneId), ...crowdIds(crowd)];
  const ward = manifest.wards[0]?.id ?? "";
  const devices = ids.map((id, index) => ({
    id: ventilatorOf(id),
    kind: "ventilator" as const,
    manufacturer: "Puritan Bennett",
    model: "840",
    serial: serialOf(id),
    firmware: "4-simulated",
    assetNumber: `RAW-${index}`,
    ward,
    profile: "puritan-bennett/840" as const,
  }));
  const lines = ids.map((gateway) => ({
    id: "line-1",
    gateway,
    url: "tcp://127.0.0.1:1",
    protocol: "puritan-bennett-sndf" as const,
    units: [{ unit: "1", device: ventilatorOf(gateway) }],
  }));
  return {
    ...manifest,
    gateways: [...manifest.gateways, ...ids.map((id) => ({ id, name: id, ward }))],
    devices: [...manifest.devices, ...devices],
    lines: [...manifest.lines, ...lines],
  };
}

const ventilatorOf = (gateway: string): string => `${gateway}-vent`;

export async function openRawPlaces(
  administrator: Api,
  { site, brokerPort, crowd: size, backlogBatches }: RawSizes & { site: string; brokerPort: number },
): Promise<RawPlaces> {
  const link = await startPausingProxy(() => brokerPort);
  const url = `mqtts://127.0.0.1:${link.port}`;
  const open = async (gateway: string): Promise<RawPlace> => {
    const credentials = await certify(administrator, gateway);
    await admitted(url, credentials, { site, gateway });
    let epoch = 0;
    return {
      gateway,
      serial: serialOf(gateway),
      nextEpoch: () => ++epoch,
      open: () => RawGateway.open(url, credentials, { site, gateway }),
    };
  };
  const of = (which: Alone) => open(aloneId(which));
  const alone = {
    duplicates: await of("duplicates"),
    poison: await of("poison"),
    backlog: await of("backlog"),
    live: await of("live"),
  };
  const crowd: RawPlace[] = [];
  const ids = crowdIds(size);
  for (let from = 0; from < ids.length; from += CERTIFIED_AT_ONCE) {
    crowd.push(...(await Promise.all(ids.slice(from, from + CERTIFIED_AT_ONCE).map(open))));
  }
  return { alone, crowd, link, backlogBatches };
}
