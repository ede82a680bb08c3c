import type { HolderFacts } from "./broker/dynamic-security.ts";
import type { Peer } from "./broker/rules.ts";
import { ClientStore } from "./fleet/client-store.ts";
import type { FleetQueries } from "./fleet/queries.ts";
import type { Clock } from "./platform/clock.ts";
import type { Database } from "./platform/database.ts";
import { isClaimOpen } from "./provisioning/rules.ts";
import { ProvisioningStore } from "./provisioning/store.ts";

interface Registry {
  fleet: FleetQueries;
  db: Database;
  clock: Clock;
}

/** Whoever may speak: gateways, claims that are open, and other systems' clients. */
export async function holdersOf({ fleet, db, clock }: Registry): Promise<HolderFacts[]> {
  const nowMs = clock.nowMs();
  const [gateways, claims, clients] = await Promise.all([
    fleet.gatewaysWithRights(),
    new ProvisioningStore(db).openClaims(nowMs),
    new ClientStore(db).valid(nowMs),
  ]);
  return [
    ...gateways.map(({ id, siteId, simulated, bindings, certificates }) => ({
      holder: simulated ? ("simulated-gateway" as const) : ("gateway" as const),
      id,
      site: siteId,
      things: bindings.map(({ deviceId }) => deviceId),
      certificates: certificates.map(({ serial, notAfter, revokedAt }) => ({
        serial,
        valid: revokedAt === null && notAfter.getTime() > nowMs,
      })),
    })),
    ...claims.map(({ id, siteId, serial }) => ({
      holder: "claim" as const,
      id,
      site: siteId,
      things: [],
      certificates: [{ serial, valid: true }],
    })),
    ...clients.map(({ name, siteId, serial, shadows, things }) => ({
      holder: "client" as const,
      id: `client_${name}`,
      site: siteId,
      things,
      certificates: [{ serial, valid: true }],
      ...(shadows === "none" ? {} : { shadows }),
    })),
  ];
}

/**
 * Whether the registry bears a peer out, as its certificate describes it.
 * @param isNew where it has just come, and is not looked at again
 */
export async function isAdmitted({ fleet, db, clock }: Registry, peer: Peer, isNew: boolean): Promise<boolean> {
  const { holder, certificate, id, site } = peer;
  const nowMs = clock.nowMs();
  if (holder === "cloud") return true;
  if (holder === "client") return new ClientStore(db).admits(site, certificate);
  const provisioning = new ProvisioningStore(db);
  if (holder !== "claim") {
    const simulated = holder === "simulated-gateway";
    // What was signed a moment ago and waits for its use is not in the index yet.
    if (isNew && (await provisioning.isUnused(certificate))) return false;
    return fleet.admits({ id, site, simulated, certificate }, nowMs);
  }
  const claim = await provisioning.claim(id);
  return claim !== null && claim.serial === certificate && isClaimOpen(claim, nowMs);
}
