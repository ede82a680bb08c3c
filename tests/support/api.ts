import type { Static, TSchema } from "typebox";
import Value from "typebox/value";
import type { Ready } from "./house.ts";

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
  text: string;
}

/** A client of the public API as one person, or as nobody. */
export class Api {
  readonly base: string;
  cookie: string;

  constructor(base: string, cookie = "") {
    this.base = base;
    this.cookie = cookie;
  }

  /** Any request; nothing is thrown for what the API answers. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...(this.cookie !== "" && { cookie: this.cookie }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null, text };
  }

  /** The answer to a GET, which has to be a 200 of this shape. */
  async get<Schema extends TSchema>(schema: Schema, path: string): Promise<Static<Schema>> {
    const { status, body, text } = await this.ask("GET", path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
    return Value.Parse(schema, body);
  }

  async signIn(email: string, password: string): Promise<Answer> {
    const answer = await this.ask("POST", "/session", { email, password });
    this.cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? this.cookie;
    return answer;
  }
}

/** Signs in as the demo's person of a role. */
export async function signedIn(ready: Ready, role: string): Promise<Api> {
  const user = ready.users.find((one) => one.role === role);
  if (user === undefined) throw new Error(`the demo has nobody with the role ${role}`);
  const api = new Api(ready.api);
  const { status, text } = await api.signIn(user.email, user.password);
  if (status !== 200) throw new Error(`${user.email} was not let in: ${text}`);
  return api;
}
