import { GatewaySettings } from "@wardtwin/device-profiles/twin-document/configuration";
import Type, { type Static } from "typebox";
import { Instant, RegistryId } from "../platform/schema.ts";

const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const WISH_STATES = ["pending", "applied", "refused"] as const;

/** One setting that is wished of a gateway, or was and is so no more. */
export const Wish = Type.Object({
  at: Type.String({ description: "Its place in the settings as a JSON pointer, RFC 6901" }),
  wanted: orNull(Type.Number({ description: "Null where it is wished no more, or is no number" })),
  inForce: orNull(Type.Number({ description: "As the gateway says; null where its own settings hold" })),
  state: Type.Enum([...WISH_STATES]),
  since: orNull(Instant),
  reason: orNull(Type.String({ description: "Why the gateway refused it, in a sentence" })),
});
export type Wish = Static<typeof Wish>;

export const GatewayConfiguration = Type.Object(
  {
    gateway: RegistryId,
    revision: Type.Integer({ description: "Counts the wishes; 0 where there was none" }),
    settings: GatewaySettings,
    state: Type.Enum(["none", ...WISH_STATES], {
      description: "pending: the gateway has not judged the last wish; refused: some of it; none: nothing is wished",
    }),
    since: orNull(Instant),
    wishes: Type.Array(Wish),
    agentVersion: orNull(Type.String()),
    profileRevisions: Type.Record(Type.String(), Type.Integer(), { description: "What the gateway reads by" }),
    credentials: Type.Array(
      Type.Object({ line: Type.String(), setOn: Type.String({ description: "YYYY-MM-DD, at the gateway itself" }) }),
    ),
  },
  { title: "GatewayConfiguration" },
);
export type GatewayConfiguration = Static<typeof GatewayConfiguration>;

export const GatewayConfigurations = Type.Object(
  { configurations: Type.Array(GatewayConfiguration) },
  { title: "GatewayConfigurations" },
);

/** All that is wished from now on; what is not named is left to the gateway's own settings. */
export const WishedConfiguration = Type.Object(
  {
    revision: Type.Integer({ minimum: 0, description: "The one that this wish is made in sight of" }),
    settings: GatewaySettings,
  },
  { additionalProperties: false },
);
export type WishedConfiguration = Static<typeof WishedConfiguration>;
