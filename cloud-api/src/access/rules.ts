import type { Role } from "./schema.ts";

const EVERYONE = ["biomedical-engineer", "bed-manager", "ward", "porter", "installer", "administrator"] as const;

/**
 * Who may do what, in one place. A route names one of these in its `config.access`, or `public`; a route without one does
 * not start.
 */
export const PERMISSIONS = {
  "session.own": EVERYONE,
  "map.read": EVERYONE,
  "twin.read": EVERYONE,
  /** Values that derive from a patient, without saying which. */
  "twin.read-patient-derived": ["biomedical-engineer"],
  /** Whoever stands before a device with a scanner. */
  "sighting.write": EVERYONE,
  "gateway.read": ["biomedical-engineer", "installer", "administrator"],
  /** What a gateway reads how often, and by which profile; never a device's own settings. */
  "gateway.configure": ["biomedical-engineer", "administrator"],
  "gateway.certify": ["installer", "administrator"],
  "registry.import": ["administrator"],
  /** What gateways and devices are asked to do beside being read; never a therapy setting. */
  "device-job.read": ["biomedical-engineer", "administrator"],
  "device-job.write": ["administrator"],
  "user.manage": ["administrator"],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;
export type RouteAccess = Permission | "public";

export const mayDo = (role: Role, permission: Permission): boolean =>
  PERMISSIONS[permission].some((allowed) => allowed === role);

/** How long a session lives without use, and at most. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
export const SESSION_LIFE_MS = 7 * 24 * 3_600_000;
/** A session's last use is written at most this often, so that reading pages does not write rows. */
export const SESSION_TOUCH_MS = 60_000;

/** Whether a stored session still holds. */
export function isSessionAlive(session: { seenAtMs: number; expiresAtMs: number }, nowMs: number): boolean {
  return nowMs < session.expiresAtMs && nowMs - session.seenAtMs < SESSION_IDLE_MS;
}

/**
 * A state-changing request is taken only from our own pages: browsers send Origin with every such request, and it has to
 * name the host that was asked. Programs send none.
 */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
