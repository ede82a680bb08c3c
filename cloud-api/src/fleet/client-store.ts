import type { CertificateAuthority, ClientHolder } from "../access/certificate-authority.ts";
import type { Database } from "../platform/database.ts";

/** What another system's client may do with the shadows of its site. */
export const CLIENT_SHADOWS = ["none", "read", "write"] as const;
export type ClientShadows = (typeof CLIENT_SHADOWS)[number];

const HOLDER_OF: Readonly<Record<ClientShadows, ClientHolder>> = {
  none: "client",
  read: "client-reads-shadows",
  write: "client-writes-shadows",
};
const LISTED_MAX = 500;

export interface NewClient {
  /** A registry id. */
  name: string;
  site: string;
  shadows: ClientShadows;
  issuedBy: string;
}

/** Other systems' MQTT clients: their certificates, and the end of one before its time. */
export class ClientStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The ids of the sites, in order. */
  async sites(): Promise<string[]> {
    return (await this.#db.prisma.site.findMany({ orderBy: { id: "asc" }, select: { id: true } })).map(({ id }) => id);
  }

  /** Certifies a client of a site that the registry has. The key is in the answer, and kept nowhere. */
  async certify(authority: CertificateAuthority, { name, site, shadows, issuedBy }: NewClient, nowMs: number) {
    const issued = await authority.withKey({ id: `client_${name}`, site, holder: HOLDER_OF[shadows] });
    const { serial, notAfterMs } = issued;
    const row = { serial, name, siteId: site, shadows, issuedBy };
    await this.#db.prisma.clientCertificate.create({
      data: { ...row, notAfter: new Date(notAfterMs), issuedAt: new Date(nowMs) },
    });
    return issued;
  }

  /** Whether a client may come with this certificate: one that the registry does not know may not. */
  async admits(site: string, serial: string): Promise<boolean> {
    const row = await this.#db.prisma.clientCertificate.findUnique({ where: { serial } });
    return row !== null && row.siteId === site && row.revokedAt === null;
  }

  /** The certificates that let a client in, each with the things whose shadows it may speak of. */
  async valid(nowMs: number) {
    const rows = await this.#db.prisma.clientCertificate.findMany({
      where: { revokedAt: null, notAfter: { gt: new Date(nowMs) } },
      orderBy: { serial: "asc" },
      take: LISTED_MAX,
    });
    const things = new Map<string, string[]>();
    for (const siteId of new Set(rows.filter(({ shadows }) => shadows !== "none").map((row) => row.siteId))) {
      const of = { where: { siteId }, select: { id: true }, orderBy: { id: "asc" } } as const;
      const [gateways, devices] = await Promise.all([
        this.#db.prisma.gateway.findMany(of),
        this.#db.prisma.device.findMany(of),
      ]);
      things.set(
        siteId,
        [...gateways, ...devices].map(({ id }) => id),
      );
    }
    return rows.map(({ name, siteId, serial, shadows }) => {
      const may = CLIENT_SHADOWS.find((known) => known === shadows) ?? "none";
      return { name, siteId, serial, shadows: may, things: may === "none" ? [] : (things.get(siteId) ?? []) };
    });
  }

  /** The newest certificates first. */
  async certificates() {
    return this.#db.prisma.clientCertificate.findMany({
      orderBy: [{ issuedAt: "desc" }, { serial: "asc" }],
      take: LISTED_MAX,
    });
  }

  /** Revokes a certificate; one that is revoked already keeps its moment. @returns null where there is none */
  async revoke(serial: string, nowMs: number): Promise<{ name: string; revokedAt: Date } | null> {
    const at = new Date(nowMs);
    await this.#db.prisma.clientCertificate.updateMany({
      where: { serial, revokedAt: null },
      data: { revokedAt: at },
    });
    const row = await this.#db.prisma.clientCertificate.findUnique({ where: { serial } });
    return row === null ? null : { name: row.name, revokedAt: row.revokedAt ?? at };
  }
}
