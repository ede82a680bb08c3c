/** The launcher speaks to the cloud as any other client: over its public API, signed in as a person. */
export class ApiClient {
  readonly #base: string;
  #cookie = "";

  constructor(base: string) {
    this.#base = base;
  }

  /** @throws ApiRefusal with the API's own sentence when it does not answer 2xx. */
  async request(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        ...(this.#cookie && { cookie: this.#cookie }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const cookie = response.headers.getSetCookie()[0]?.split(";")[0];
    if (cookie !== undefined) this.#cookie = cookie;
    const answer: unknown = response.headers.get("content-type")?.includes("json") ? await response.json() : null;
    if (!response.ok)
      throw new ApiRefusal(response.status, sentenceOf(answer) ?? `${method} ${path} answered ${response.status}`);
    return answer;
  }
}

export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function sentenceOf(answer: unknown): string | null {
  if (typeof answer !== "object" || answer === null || !("detail" in answer)) return null;
  return typeof answer.detail === "string" ? answer.detail : null;
}
