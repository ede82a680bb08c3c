import pg from "pg";
import { codeAndMessage } from "./error-text.ts";

/** The oldest PostgreSQL that the migrations run on. */
const MAJOR_MIN = 15;
const TIMEOUT_MS = 5_000;

/** What is wrong with a DATABASE_URL; a caller may branch on it, a person reads the message. */
export type DatabaseUrlProblem =
  | "bad-url"
  | "unknown-host"
  | "refused"
  | "no-answer"
  | "wrong-password"
  | "missing-database"
  | "not-permitted"
  | "too-old"
  | "failed";

/** Whether a database can be used; if not, one sentence that says what is wrong and what to do, without the password. */
export type DatabaseCheck =
  | { readonly ok: true; readonly major: number }
  | { readonly ok: false; readonly problem: DatabaseUrlProblem; readonly message: string };

/** The parts of a DATABASE_URL that may be shown. */
interface Target {
  readonly user: string;
  readonly password: string;
  readonly at: string;
  readonly database: string;
}

/** Tries a user's DATABASE_URL: well formed, reachable within 5 s, let in, new enough, and allowed to make schemas. */
export async function checkDatabase(connectionString: string): Promise<DatabaseCheck> {
  const target = parseTarget(connectionString);
  if (!target) {
    return bad("bad-url", "DATABASE_URL is not of the form postgres://user:password@host:5432/name; correct it.");
  }
  try {
    return await askServer(connectionString, target);
  } catch (error) {
    return explain(error, target);
  }
}

function parseTarget(connectionString: string): Target | null {
  if (!/^postgres(ql)?:\/\//.test(connectionString) || !URL.canParse(connectionString)) return null;
  const url = new URL(connectionString);
  try {
    const user = decodeURIComponent(url.username) || "the default user";
    return {
      user,
      password: decodeURIComponent(url.password),
      at: `${url.hostname || url.searchParams.get("host") || "localhost"}:${url.port || "5432"}`,
      database: decodeURIComponent(url.pathname.slice(1)) || user,
    };
  } catch {
    return null; // A percent sign that begins no escape.
  }
}

async function askServer(connectionString: string, { at, database, user }: Target): Promise<DatabaseCheck> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: "wardtwin",
  });
  client.on("error", () => {}); // A connection that breaks rejects the query; the event would end the process.
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; version_text: string; may_create: boolean }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
              has_database_privilege(current_database(), 'CREATE') as may_create`,
    );
    const { version = 0, version_text = "?", may_create = false } = rows[0] ?? {};
    const major = Math.floor(version / 10_000);
    if (major < MAJOR_MIN) {
      return bad(
        "too-old",
        `The server of DATABASE_URL at ${at} is PostgreSQL ${version_text}, and ${MAJOR_MIN} or newer is needed; upgrade it or name another server.`,
      );
    }
    if (!may_create) {
      return bad(
        "not-permitted",
        `The user ${user} may not create schemas in the database ${database} at ${at}; make that user its owner, or grant CREATE on it.`,
      );
    }
    return { ok: true, major };
  } finally {
    client.end().catch(() => {}); // Not waited for: a server that does not answer would not answer this either.
  }
}

function explain(error: unknown, target: Target): DatabaseCheck {
  const { at, user, database } = target;
  const { code, message } = codeAndMessage(error);
  const unknownHost = bad(
    "unknown-host",
    `The host of DATABASE_URL (${at}) is not known here; correct the name or the DNS.`,
  );
  const sentences: Record<string, DatabaseCheck> = {
    ENOTFOUND: unknownHost,
    EAI_AGAIN: unknownHost,
    ECONNREFUSED: bad(
      "refused",
      `No database listens at ${at}, where DATABASE_URL points; start it or correct the URL.`,
    ),
    "28P01": bad("wrong-password", `The server at ${at} refuses the password of user ${user}; correct DATABASE_URL.`),
    "28000": bad(
      "not-permitted",
      `The server at ${at} does not let user ${user} into database ${database} from here; correct DATABASE_URL or the server's pg_hba.conf.`,
    ),
    "3D000": bad(
      "missing-database",
      `The server at ${at} has no database ${database}; create it or correct DATABASE_URL.`,
    ),
    "57P03": bad("no-answer", `The database at ${at} is starting up or shutting down; try again in a moment.`),
  };
  const known = sentences[code];
  if (known) return known;
  if (["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].includes(code) || /timeout/i.test(message)) {
    return bad(
      "no-answer",
      `No database answers at ${at}, where DATABASE_URL points, within ${TIMEOUT_MS / 1_000} s; check the address and the firewall.`,
    );
  }
  return bad(
    "failed",
    `The database of DATABASE_URL at ${at} cannot be used: ${withoutPassword(message || code, target)}.`,
  );
}

/** Words of others may quote what they were given. */
function withoutPassword(text: string, { password }: Target): string {
  if (password === "") return text;
  return text.replaceAll(encodeURIComponent(password), "***").replaceAll(password, "***");
}

function bad(problem: DatabaseUrlProblem, message: string): DatabaseCheck {
  return { ok: false, problem, message };
}
