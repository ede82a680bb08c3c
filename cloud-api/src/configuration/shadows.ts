import { CONFIGURATION_SHADOW } from "@wardtwin/device-profiles/twin-document/configuration";
import type { JsonObject } from "@wardtwin/device-profiles/vocabulary/json";
import Type from "typebox";
import Value from "typebox/value";
import { FleetError } from "../platform/fleet-error.ts";
import type { ShadowDesk } from "../shadow/desk.ts";
import type { ShadowMessage, ShadowRequest } from "../shadow/rules.ts";
import type { ShadowStore } from "../shadow/store.ts";
import type { ShadowAddress, Verb } from "../shadow/topics.ts";
import type { ToldShadow } from "./rules.ts";

interface Deps {
  store: Pick<ShadowStore, "settle">;
  desk: Pick<ShadowDesk, "ask">;
  /** Sends what was answered to those who listen over MQTT. */
  tell(address: ShadowAddress, verb: Verb, messages: readonly ShadowMessage[]): Promise<void>;
  nowMs(): number;
}

const Told = Type.Object({
  version: Type.Integer(),
  state: Type.Unsafe<JsonObject>(Type.Object({})),
  metadata: Type.Unsafe<JsonObject>(Type.Object({})),
});
const Refused = Type.Object({ code: Type.Integer(), message: Type.String() });
const CONFLICT = 409;
/** So many gateways are read in one transaction. */
const GROUP_MAX = 256;

/** The shadows `configuration` of gateways, as the service of shadows keeps them. */
export class ConfigurationShadows {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** By the ids of gateways; who has no shadow is not in it. */
  async read(gateways: readonly string[]): Promise<Map<string, ToldShadow>> {
    const found = new Map<string, ToldShadow>();
    for (let at = 0; at < gateways.length; at += GROUP_MAX) {
      const group = gateways.slice(at, at + GROUP_MAX);
      const answers = await this.#deps.store.settle(
        group.map((gateway) => requestOf(gateway, "get", {})),
        this.#deps.nowMs(),
      );
      for (const [index, gateway] of group.entries()) {
        const told = toldIn(answers[index] ?? []);
        if (told !== null) found.set(gateway, told);
      }
    }
    return found;
  }

  /**
   * Changes what is desired of a gateway, if its shadow still is as it was read.
   * @returns false where it is not
   * @throws FleetError where the service refuses, or cannot be reached
   */
  async wish(gateway: string, desired: JsonObject, read: ToldShadow | null): Promise<boolean> {
    const update = { state: { desired }, ...(read === null ? {} : { version: read.version }) };
    const request = requestOf(gateway, "update", update);
    const messages = await this.#deps.desk.ask(request);
    const [first] = messages;
    if (first?.channel === "accepted") {
      await this.#deps.tell(request.address, "update", messages);
      return true;
    }
    const refusal: unknown = first === undefined ? null : JSON.parse(first.payload);
    if (!Value.Check(Refused, refusal)) throw new Error("a shadow's request without an answer");
    if (refusal.code === CONFLICT) return false;
    throw new FleetError("configuration.not-taken", { gateway, why: refusal.message });
  }
}

const requestOf = (gateway: string, verb: Verb, body: JsonObject): ShadowRequest => ({
  address: { thing: gateway, shadow: CONFIGURATION_SHADOW },
  verb,
  payload: new TextEncoder().encode(JSON.stringify(body)),
});

function toldIn([first]: readonly ShadowMessage[]): ToldShadow | null {
  const told: unknown = first?.channel === "accepted" ? JSON.parse(first.payload) : null;
  return Value.Check(Told, told) ? told : null;
}
