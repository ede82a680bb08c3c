import Type, { type Static } from "typebox";
import { POLL_FLOOR_MS } from "../profile/laws.ts";

/**
 * The shadow `configuration` of a gateway's thing, which has the gateway's own id: what is wished of the gateway, and what it
 * says of itself. It configures the gateway's reading, and holds neither a request nor a secret.
 */
export const CONFIGURATION_SHADOW = "configuration";

/** How long readings are gathered before they are sent as one batch, ms; a change of state never waits for it. */
export const BatchEveryMs = Type.Integer({ minimum: 100, maximum: 60_000 });
/** Time from poll to poll, ms. The gateway narrows it to what the profile of the line allows. */
export const PollEveryMs = Type.Integer({ minimum: POLL_FLOOR_MS, maximum: 86_400_000 });
export const ProfileRevision = Type.Integer({ minimum: 1, maximum: 1_000_000 });

const strict = { additionalProperties: false };
/** By the names that the gateway's own file gives its lines, and a profile its polls. */
const CadenceOfLine = Type.Object({ everyMs: Type.Record(Type.String(), PollEveryMs) }, strict);

/** What a person may wish of a gateway; where nothing is wished, its own file and its profiles say how it is. */
export const GatewaySettings = Type.Object(
  {
    batchEveryMs: Type.Optional(BatchEveryMs),
    lines: Type.Optional(Type.Record(Type.String(), CadenceOfLine)),
    /** By the id of a profile: the revision that the gateway is to read by. */
    profileRevisions: Type.Optional(Type.Record(Type.String(), ProfileRevision)),
  },
  strict,
);
export type GatewaySettings = Static<typeof GatewaySettings>;

/** Stands in the desired half beside the settings and counts the wishes, so that a gateway can say which one it has judged. */
export const Revision = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/**
 * The reported half. What is wished and taken stands in it as in the desired; beside it which profiles are read by, what was
 * refused, and the day (UTC, YYYY-MM-DD) on which each line's credentials were set at the gateway, never the credentials.
 */
export const ReportedConfiguration = Type.Object({
  /** The wish that was judged; absent where none was. */
  revision: Type.Optional(Revision),
  agentVersion: Type.Optional(Type.String()),
  batchEveryMs: Type.Optional(Type.Number()),
  lines: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  profileRevisions: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** By the place of a wish as a JSON pointer (RFC 6901): one sentence. */
  refused: Type.Optional(Type.Record(Type.String(), Type.String())),
  credentials: Type.Optional(Type.Record(Type.String(), Type.String())),
});

/**
 * UTF-8 bytes of a wish as compact JSON. A shadow holds 8,192 of both halves together, and the gateway repeats what it takes
 * and gives its reasons.
 */
export const WISH_BYTES_MAX = 3_072;
/** The same of both halves of a shadow. Source: AWS IoT Core, service quotas of the Device Shadow service. */
export const SHADOW_BYTES_MAX = 8_192;

/** The place of a value in a document, as RFC 6901 writes it. */
export const pointerOf = (way: readonly string[]): string =>
  way.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Where the gateway speaks and hears of its shadow, by the names of AWS IoT. */
export function configurationTopics(gateway: string) {
  const root = `$aws/things/${gateway}/shadow/name/${CONFIGURATION_SHADOW}`;
  return {
    get: `${root}/get`,
    update: `${root}/update`,
    got: `${root}/get/accepted`,
    notGot: `${root}/get/rejected`,
    updated: `${root}/update/accepted`,
    notUpdated: `${root}/update/rejected`,
    delta: `${root}/update/delta`,
  } as const;
}
