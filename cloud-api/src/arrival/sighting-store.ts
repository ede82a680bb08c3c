import type {
  Sighting,
  SightingAnswer,
  SightingReport,
  SightingVerdict,
} from "@wardtwin/device-profiles/twin-document/messages";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import { bindTo, contest, lockBindings, type TakeUp } from "../fleet/binding-store.ts";
import type { FleetIndex, KnownDevice } from "../fleet/queries.ts";
import { type Claim, isGone, type Whereabouts, whereabouts } from "../fleet/rules.ts";
import type { Database, Tx } from "../platform/database.ts";
import type { LiveChange } from "../platform/live.ts";
import { enterSighting, type SightedAt } from "./whereabouts-store.ts";

interface Deps {
  db: Database;
  /** Gives a device what was held of it. */
  takeUp: TakeUp;
}

export interface SightingsTaken {
  answers: SightingAnswer["devices"];
  /** Whose bindings or readiness changed, and the gateways that may use other shadows from now on. */
  changed: LiveChange;
}

/** One device of a report, with the device of the registry that it is. */
interface Reported {
  sighted: SightedAt;
  state: OperatingState;
  device: KnownDevice;
  nowMs: number;
}

interface ClaimRow {
  contested: boolean;
  at: string[];
  twin_gateway: string | null;
  device_link: string | null;
  operating_state: string | null;
  last_known_state: string | null;
  last_known_at: Date | null;
  device_link_since: Date | null;
  heard_at: Date | null;
  reported_at: Date | null;
  overruled_at: Date | null;
}

/** Takes what gateways report of devices that name themselves, and binds a device to where it is. */
export class SightingStore {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async take(
    report: SightingReport,
    { site, gateway }: { site: string; gateway: string },
    index: FleetIndex,
    nowMs: number,
  ): Promise<SightingsTaken> {
    const taken: SightingsTaken = { answers: [], changed: { devices: [], gateways: [] } };
    for (const one of report.devices) {
      const device = index.bySerial(site, one.profile, one.serial);
      const sighted = sightedOf(one, { siteId: site, gatewayId: gateway, deviceId: device?.id ?? null }, nowMs);
      const { line, unit, profile, serial } = one;
      const word =
        device === null
          ? null
          : await this.#settle({ sighted, state: one.operatingState, device, nowMs }, taken.changed);
      if (device === null) await this.#deps.db.transaction((tx) => enterSighting(tx, sighted));
      taken.answers.push({ line, unit, profile, serial, verdict: word === null ? "unregistered" : VERDICTS[word] });
    }
    return taken;
  }

  /** Only what changes a binding keeps others from reading them; most reports change nothing. */
  async #settle(reported: Reported, changed: LiveChange): Promise<Whereabouts> {
    const { db } = this.#deps;
    const settled = await db.transaction(async (tx): Promise<Whereabouts | null> => {
      const claim = await claimOf(tx, reported);
      const word = whereabouts(claim);
      if (word === "bind" || (word === "conflict" && !claim.inConflict)) return null;
      if (word === "bound") return (await heldOf(tx, reported)).length === 0 ? word : null;
      await note(tx, reported, claim);
      return word;
    });
    return settled ?? db.transaction((tx) => this.#apply(tx, reported, changed));
  }

  async #apply(tx: Tx, reported: Reported, changed: LiveChange): Promise<Whereabouts> {
    await lockBindings(tx);
    const { sighted, device, nowMs } = reported;
    const claim = await claimOf(tx, reported);
    const word = whereabouts(claim);
    if (word === "bind" || word === "bound") {
      if (word === "bind")
        await bindTo(tx, { ...sighted, deviceId: device.id }, { awaits: false, sinceMs: sighted.fromMs });
      for (const { num } of await heldOf(tx, reported)) {
        await tx.query("delete from device_sighting where num = $1", [num]);
        await this.#deps.takeUp(tx, { num, gatewayId: sighted.gatewayId, sinceMs: 0 }, device);
      }
    } else {
      await note(tx, reported, claim);
      if (word === "conflict") await contest(tx, device.id, nowMs);
    }
    changed.devices.push(device.id);
    changed.gateways.push(sighted.gatewayId, ...(claim.boundTo === null ? [] : [claim.boundTo]));
    return word === "bind" ? "bound" : word;
  }
}

const VERDICTS: Readonly<Record<Whereabouts, SightingVerdict>> = {
  bound: "bound",
  bind: "bound",
  wait: "held",
  held: "held",
  conflict: "conflict",
};

function sightedOf(
  { line, unit, profile, serial, manufacturer, model, firmware, forMs, agoMs }: Sighting,
  whose: Pick<SightedAt, "siteId" | "gatewayId" | "deviceId">,
  nowMs: number,
): SightedAt {
  const identity = {
    serial,
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
    ...(firmware !== undefined && { firmware }),
  };
  return { ...whose, line, unit, profile, identity, fromMs: nowMs - Math.max(forMs, agoMs), toMs: nowMs - agoMs };
}

/** What is known of where a device is at the moment of a report. */
async function claimOf(tx: Tx, { sighted, state, device, nowMs }: Reported): Promise<Claim> {
  const { gatewayId, line, unit, profile, identity } = sighted;
  const { rows } = await tx.query<ClaimRow>(
    `select conflict_since is not null as contested, array(select gateway_id from binding where device_id = device.id) as at,
       twin.gateway_id as twin_gateway, device_link, operating_state, last_known_state, last_known_at, device_link_since, heard_at,
       sighting.reported_at, sighting.overruled_at
     from device left join twin on twin.device_id = device.id
     left join device_sighting sighting on sighting.gateway_id = $2 and sighting.line = $3 and sighting.unit = $4
       and sighting.profile = $5 and sighting.serial_normalised = $6
     where device.id = $1`,
    [device.id, gatewayId, line, unit, profile, normalisedSerial(identity.serial)],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`device ${device.id} is no longer in the registry`);
  const boundTo = row.at.includes(gatewayId) ? gatewayId : (row.at[0] ?? null);
  const sinceHere = (at: Date | null) => (at !== null && at.getTime() >= sighted.fromMs ? at.getTime() : null);
  const there = boundTo !== null && row.at.includes(row.twin_gateway ?? "") ? thereOf(row) : null;
  return {
    gateway: gatewayId,
    boundTo,
    inConflict: row.contested,
    overruled: sinceHere(row.overruled_at) !== null,
    here: { fromMs: sighted.fromMs, toMs: sighted.toMs, state },
    there,
    reportedMs: sinceHere(row.reported_at),
    nowMs,
  };
}

/** How the gateway that last told of a device heard it. */
function thereOf(row: ClaimRow): Claim["there"] {
  const answers = row.device_link === "connected";
  const toAt = answers ? row.heard_at : (row.last_known_at ?? row.device_link_since);
  if (toAt === null) return null;
  const word = answers ? row.operating_state : row.last_known_state;
  return { toMs: toAt.getTime(), answers, state: OPERATING_STATES.find((one) => one === word) ?? "unknown" };
}

/** Keeps that the gateway hears the device, and since when it says so while the other one does not. */
async function note(tx: Tx, { sighted, nowMs }: Reported, claim: Claim): Promise<void> {
  const num = await enterSighting(tx, sighted);
  const reportedMs = isGone(claim) ? (claim.reportedMs ?? nowMs) : null;
  await tx.query(
    "update device_sighting set reported_at = $2, overruled_at = case when $3 then overruled_at end where num = $1",
    [num, reportedMs === null ? null : new Date(reportedMs), claim.overruled],
  );
}

/** What is held of a device as this gateway heard it, on whichever line. */
async function heldOf(tx: Tx, { sighted, device }: Reported): Promise<{ num: number }[]> {
  const { siteId, profile, identity, gatewayId } = sighted;
  const { rows } = await tx.query<{ num: number }>(
    `select num from device_sighting where site_id = $1 and profile = $2 and serial_normalised = $3 and gateway_id = $4
       and coalesce(device_id, $5) = $5 order by num`,
    [siteId, profile, normalisedSerial(identity.serial), gatewayId, device.id],
  );
  return rows;
}
