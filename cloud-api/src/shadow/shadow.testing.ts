import { answer, SHADOW_LIMITS, type ShadowAnswer, type ShadowLimits, type ShadowRecord } from "./rules.ts";
import type { ShadowAddress, Verb } from "./topics.ts";

const START_S = 1_700_000_000;

/** So many seconds after the time at which a shadow of a test begins. */
export const at = (s: number): number => START_S + s;

type Told = Readonly<Record<string, unknown>>;
type Heard = { readonly [Channel in "accepted" | "rejected" | "delta" | "documents"]?: Told };

/** One shadow, and a clock that stands still until the test moves it. */
export class ShadowOfTest {
  nowS = START_S;
  record: ShadowRecord | null = null;
  readonly address: ShadowAddress;
  readonly #limits: ShadowLimits;

  constructor(thing = "t", shadow: string | null = "s", limits = SHADOW_LIMITS) {
    this.address = { thing, shadow };
    this.#limits = limits;
  }

  askBytes(verb: Verb, payload: Uint8Array): Heard {
    const { record, messages } = answer(this.record, { address: this.address, verb, payload }, this.nowS, this.#limits);
    this.record = record;
    return heardOf(messages);
  }

  askText = (verb: Verb, text: string): Heard => this.askBytes(verb, new TextEncoder().encode(text));
  ask = (verb: Verb, body: object): Heard => this.askText(verb, JSON.stringify(body));
  update = (body: object): Heard => this.ask("update", body);
  get = (body: object = {}): Heard => this.ask("get", body);
  delete = (body: object = {}): Heard => this.ask("delete", body);

  state = (): unknown => this.get().accepted?.["state"];
  version = (): unknown => this.get().accepted?.["version"];
}

const heardOf = (messages: ShadowAnswer["messages"]): Heard =>
  Object.fromEntries(messages.map(({ channel, payload }) => [channel, JSON.parse(payload)]));
