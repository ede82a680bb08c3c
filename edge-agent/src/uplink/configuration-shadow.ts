import { configurationTopics } from "@wardtwin/device-profiles/twin-document/configuration";
import {
  changeBetween,
  isEmpty,
  isObject,
  type Json,
  type JsonObject,
  member,
} from "@wardtwin/device-profiles/vocabulary/json";
import { type Following, type Heard, step, type Todo, UNHEARD } from "../desired/follow.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import type { Beside } from "./mqtt-session.ts";

/** How often the shadow is looked at though nothing was told, and how soon a question without an answer is asked again, ms. */
const LOOK_EVERY_MS = 5 * 60_000;
const ASK_AGAIN_MS = 30_000;
/** From this code on, AWS's refusals may pass by themselves: too many requests, or a failure of the service. */
const TOO_MANY = 429;
/** A shadow of 8 KB with its metadata is far shorter. */
const MESSAGE_BYTES_MAX = 131_072;

export interface ConfigurationShadowDeps {
  gateway: string;
  random: Random;
  log: Log;
  /** Takes a wish into force. @returns what this gateway says of itself from then on */
  onDesired(desired: JsonObject): JsonObject;
}

/** Follows the gateway's shadow `configuration` on whatever connection there is, and reports. */
export class ConfigurationShadow implements Beside {
  readonly topics: readonly string[];
  readonly #deps: ConfigurationShadowDeps;
  readonly #at: ReturnType<typeof configurationTopics>;
  #now: Following = UNHEARD;
  /** What the shadow says of this gateway, as far as this gateway knows. */
  #told: JsonObject = {};
  /** The report that waits for its answer. */
  #reporting: string | null = null;
  #publish: ((topic: string, payload: string) => Promise<void>) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: ConfigurationShadowDeps) {
    this.#deps = deps;
    this.#at = configurationTopics(deps.gateway);
    const { got, notGot, updated, notUpdated, delta } = this.#at;
    this.topics = [delta, got, notGot, updated, notUpdated];
  }

  onUp(publish: (topic: string, payload: string) => Promise<void>): void {
    this.#publish = publish;
    this.#reporting = null;
    this.#hear({ kind: "subscribed" });
  }

  onMessage(topic: string, payload: Uint8Array): void {
    const message = payload.length > MESSAGE_BYTES_MAX ? null : messageOf(payload);
    const version = message === null ? Number.NaN : numberIn(message, "version");
    const isRefusal = topic === this.#at.notGot || topic === this.#at.notUpdated;
    if (message === null || (!isRefusal && !Number.isSafeInteger(version))) {
      this.#deps.log.warn({ topic }, "a message about the shadow that cannot be read");
    } else this.#understood(topic, message, version);
  }

  stop(): void {
    this.#publish = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #understood(topic: string, message: JsonObject, version: number): void {
    const token = textIn(message, "clientToken");
    const state = objectIn(message, "state");
    if (topic === this.#at.notGot) this.#hear({ kind: "not-got", token, code: numberIn(message, "code") });
    else if (topic === this.#at.got) {
      const [desired, reported] = [objectIn(state, "desired"), objectIn(state, "reported")];
      this.#hear({ kind: "got", token, version, desired, reported });
    } else if (topic === this.#at.delta) this.#hear({ kind: "delta", version, state });
    // Others' updates are answered on the same topics.
    else if (token !== undefined && token === this.#reporting) this.#answered(topic, message, version);
  }

  #answered(topic: string, message: JsonObject, version: number): void {
    this.#reporting = null;
    if (topic === this.#at.updated) this.#hear({ kind: "reported", version });
    else {
      const code = numberIn(message, "code");
      const reason = textIn(message, "message");
      this.#deps.log.warn({ code, reason }, "the shadow did not take this gateway's report");
      this.#lookAgain(code < TOO_MANY ? LOOK_EVERY_MS : ASK_AGAIN_MS);
    }
  }

  #hear(heard: Heard): void {
    const { next, todo } = step(this.#now, heard, this.#deps.random.id());
    this.#now = next;
    for (const each of todo) this.#do(each);
    const isWaiting = next.version === null || next.asked !== null || this.#reporting !== null;
    this.#lookAgain(isWaiting ? ASK_AGAIN_MS : LOOK_EVERY_MS);
  }

  #do(todo: Todo): void {
    if (todo.kind === "get") this.#say(this.#at.get, { clientToken: todo.token });
    else this.#apply(todo);
  }

  #apply({ desired, reported: known }: Extract<Todo, { kind: "apply" }>): void {
    if (known !== undefined) {
      this.#told = known;
      this.#reporting = null;
    }
    const report = this.#deps.onDesired(desired);
    const reported = changeBetween(this.#told, report);
    if (isEmpty(reported)) return;
    this.#told = report;
    this.#reporting = this.#deps.random.id();
    this.#say(this.#at.update, { state: { reported }, clientToken: this.#reporting });
  }

  #say(topic: string, message: JsonObject): void {
    // What does not get out is not answered, and so is asked again.
    this.#publish?.(topic, JSON.stringify(message)).catch((reason) =>
      this.#deps.log.debug({ reason: String(reason) }, "nothing was said to the shadow"),
    );
  }

  #lookAgain(afterMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.#publish === null ? null : setTimeout(() => this.#hear({ kind: "time" }), afterMs);
  }
}

function messageOf(payload: Uint8Array): JsonObject | null {
  try {
    const message: Json = JSON.parse(new TextDecoder().decode(payload));
    return isObject(message) ? message : null;
  } catch {
    return null;
  }
}

const textIn = (message: JsonObject, name: string): string | undefined => {
  const value = member(message, name);
  return typeof value === "string" ? value : undefined;
};
/** NaN where there is none. */
const numberIn = (message: JsonObject, name: string): number => {
  const value = member(message, name);
  return typeof value === "number" ? value : Number.NaN;
};
const objectIn = (message: JsonObject, name: string): JsonObject => {
  const value = member(message, name);
  return isObject(value) ? value : {};
};
