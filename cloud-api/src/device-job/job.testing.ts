import type { JsonObject } from "../shadow/json.ts";
import type { JobExecution } from "./execution.ts";
import { turn } from "./rules.ts";
import { type JobTopic, NEXT, parseJobRequest } from "./topics.ts";

const START_S = 1_700_000_000;

/** So many seconds after the time at which the jobs of a test begin. */
export const at = (s: number): number => START_S + s;

type Told = Readonly<Record<string, unknown>>;

/** What came of a request: the answer, and what was told beside it. */
export interface Heard {
  accepted?: Told;
  rejected?: Told;
  notify?: Told;
  notifyNext?: Told;
}

/** The jobs of one thing, and a clock that stands still until the test moves it. */
export class JobsOfTest {
  nowS = START_S;
  executions: readonly JobExecution[] = [];
  readonly thing = "t";

  /** A job that its thing sees with the next look at the clock. */
  add(jobId: string, more: Partial<JobExecution> = {}): Heard {
    const execution: JobExecution = {
      jobId,
      place: this.executions.length + 1,
      status: "HELD",
      document: { do: jobId } satisfies JsonObject,
      timeoutMin: null,
      statusDetails: {},
      queuedAtS: this.nowS,
      startedAtS: null,
      updatedAtS: this.nowS,
      version: 1,
      stepEndsAtS: null,
      cancelAsked: false,
      ...more,
    };
    this.executions = [...this.executions, execution];
    return this.look();
  }

  /** Looks at the clock. */
  look = (): Heard => this.#turn(null);

  /** Somebody asks that a job be canceled. */
  cancel(jobId: string): Heard {
    this.executions = this.executions.map((one) => (one.jobId === jobId ? { ...one, cancelAsked: true } : one));
    return this.look();
  }

  askText(path: string, text: string | Uint8Array): Heard {
    const topic = parseJobRequest(`$aws/things/${this.thing}/jobs/${path}`);
    if (topic === null) throw new Error(`${path} is no request`);
    return this.#turn({ topic, payload: typeof text === "string" ? new TextEncoder().encode(text) : text });
  }

  ask = (path: string, body: object = {}): Heard => this.askText(path, JSON.stringify(body));
  pending = (): Told => this.ask("get").accepted ?? {};
  startNext = (body: object = {}): Heard => this.ask("start-next", body);
  describe = (jobId = NEXT, body: object = {}): Heard => this.ask(`${jobId}/get`, body);
  update = (jobId: string, status: string, more: object = {}): Heard =>
    this.ask(`${jobId}/update`, { status, ...more });
  stateOf = (jobId: string): string | undefined => this.executions.find((one) => one.jobId === jobId)?.status;

  #turn(request: { topic: JobTopic; payload: Uint8Array } | null): Heard {
    const { executions, messages } = turn(this.thing, this.executions, request, this.nowS);
    this.executions = executions;
    const heard: Heard = {};
    for (const { topic, payload } of messages) {
      const last = topic.split("/").at(-1);
      const name = last === "notify-next" ? "notifyNext" : last;
      if (name === "accepted" || name === "rejected" || name === "notify" || name === "notifyNext")
        heard[name] = JSON.parse(payload);
    }
    return heard;
  }
}
