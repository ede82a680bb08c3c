import { createHash } from "node:crypto";
import { type Database, isTaken } from "../platform/database.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { Role, User } from "./schema.ts";
import { ROLES } from "./schema.ts";

const sha256 = (token: string) => new Uint8Array(createHash("sha256").update(token, "utf8").digest());

interface UserRow {
  id: string;
  email: string;
  name: string;
  role: string;
}

function asUser({ id, email, name, role }: UserRow): User {
  const known = ROLES.find((candidate): candidate is Role => candidate === role);
  if (known === undefined) throw new Error(`user ${id} has the unknown role ${role}`);
  return { id, email, name, role: known };
}

export const normalisedEmail = (email: string): string => email.trim().toLowerCase();

/** People, their sessions, and the trail of what they did. */
export class AccessStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async createUser(user: { email: string; name: string; role: Role; passwordHash: string }): Promise<User> {
    const email = normalisedEmail(user.email);
    const row = await this.#db.prisma.user.create({ data: { ...user, email } }).catch((error: unknown) => {
      throw isTaken(error) ? new FleetError("access.email-taken", { email }, { cause: error }) : error;
    });
    return asUser(row);
  }

  async users(): Promise<User[]> {
    return (await this.#db.prisma.user.findMany({ orderBy: { email: "asc" }, take: 1_000 })).map(asUser);
  }

  async countUsers(): Promise<number> {
    return this.#db.prisma.user.count();
  }

  async credentials(email: string): Promise<{ user: User; passwordHash: string } | null> {
    const row = await this.#db.prisma.user.findUnique({ where: { email: normalisedEmail(email), disabledAt: null } });
    return row === null ? null : { user: asUser(row), passwordHash: row.passwordHash };
  }

  async openSession(userId: string, token: string, nowMs: number, expiresAtMs: number): Promise<void> {
    const at = new Date(nowMs);
    await this.#db.prisma.session.create({
      data: { tokenHash: sha256(token), userId, createdAt: at, seenAt: at, expiresAt: new Date(expiresAtMs) },
    });
    await this.#db.prisma.session.deleteMany({ where: { expiresAt: { lt: at } } });
  }

  async session(token: string): Promise<{ user: User; seenAtMs: number; expiresAtMs: number } | null> {
    const row = await this.#db.prisma.session.findUnique({
      where: { tokenHash: sha256(token) },
      include: { user: true },
    });
    if (row === null || row.user.disabledAt !== null) return null;
    return { user: asUser(row.user), seenAtMs: row.seenAt.getTime(), expiresAtMs: row.expiresAt.getTime() };
  }

  async touchSession(token: string, nowMs: number): Promise<void> {
    await this.#db.prisma.session.updateMany({
      where: { tokenHash: sha256(token) },
      data: { seenAt: new Date(nowMs) },
    });
  }

  async closeSession(token: string): Promise<void> {
    await this.#db.prisma.session.deleteMany({ where: { tokenHash: sha256(token) } });
  }

  /** Makes `token` the only set-up token that opens. */
  async replaceSetupToken(token: string): Promise<void> {
    await this.#db.prisma.$transaction([
      this.#db.prisma.setupToken.deleteMany({ where: { usedAt: null } }),
      this.#db.prisma.setupToken.create({ data: { tokenHash: sha256(token) } }),
    ]);
  }

  /** Uses a set-up token up. True for exactly one of any number of callers. */
  async useSetupToken(token: string, nowMs: number): Promise<boolean> {
    const used = await this.#db.prisma.setupToken.updateMany({
      where: { tokenHash: sha256(token), usedAt: null },
      data: { usedAt: new Date(nowMs) },
    });
    return used.count === 1;
  }

  async audit(event: {
    atMs: number;
    actor: string;
    action: string;
    subject: string;
    detail?: Record<string, string>;
  }): Promise<void> {
    const { atMs, actor, action, subject, detail = {} } = event;
    await this.#db.prisma.auditEvent.create({ data: { at: new Date(atMs), actor, action, subject, detail } });
  }
}
