import Type from "typebox";
import { MEDIBUS_NUMBER_READS, MEDIBUS_READS, type MedibusRead } from "./medibus-layout.ts";
import { core, mapping, metricsOf, type Of, pollsOf, SerialLine, strict, timing, WaitMs } from "./profile.ts";

/** Two upper-case hexadecimal digits. */
const Code = Type.String({ pattern: "^[0-9A-F]{2}$" });
const Codes = Type.Array(Code, { minItems: 1, uniqueItems: true });

/** Where a number stands: the reply that lists it, by its command, and its code there. */
const place = { from: Type.Enum([...MEDIBUS_NUMBER_READS]), code: Code };
const Place = Type.Object({ ...place, scale: Type.Optional(Type.Number()) }, strict);
export type MedibusPlace = Of<typeof Place>;

/** Alarm codes of codepage 1, of codepage 2, or of both. */
const alarmCodes = { cp1: Type.Optional(Codes), cp2: Type.Optional(Codes) };

const MedibusMapping = Type.Union([
  /**
   * A number. A ventilator that does not tell it at the first place may tell it at one of the others, in their order;
   * `scale` there is that place's own. With `onlyWhileTexts` it counts only while one of these texts is active, for a
   * setting that the mode in use does not heed.
   */
  Type.Object(
    {
      ...mapping,
      as: Type.Literal("number"),
      ...place,
      also: Type.Optional(Type.Array(Place, { minItems: 1 })),
      onlyWhileTexts: Type.Optional(Codes),
    },
    strict,
  ),
  /** A word, by which text messages are active: the first whose codes hold one of them. No text means "not told". */
  Type.Object({ ...mapping, as: Type.Literal("text"), words: Type.Record(Type.String(), Codes) }, strict),
  /** Codes that make this technical alarm active. */
  Type.Object({ ...mapping, as: Type.Literal("alarm"), ...alarmCodes }, strict),
  /** Alarms about the person or the therapy: how many began is counted at the gateway and told by the hour. */
  Type.Object({ ...mapping, as: Type.Literal("clinical"), ...alarmCodes }, strict),
  /** Any alarm code that the tables do not know; told only in standby and in a self-test, for it may be about a person. */
  Type.Object({ ...mapping, as: Type.Literal("unclassified") }, strict),
  /** Hours since the date and time that a text holds, by the device's own clock. */
  Type.Object({ ...mapping, as: Type.Literal("test-age"), code: Code }, strict),
  /** The device's own clock less the gateway's local time, in s; to half a minute where the device tells no seconds. */
  Type.Object({ ...mapping, as: Type.Literal("clock-offset") }, strict),
]);
export type MedibusMapping = Of<typeof MedibusMapping>;

/**
 * A ventilator or anaesthesia workstation that speaks Dräger's MEDIBUS. The driver knows the frames and the handshake, and
 * which commands may be sent; this says what the records of the replies mean.
 */
export const MedibusProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("draeger-medibus"),
    polls: pollsOf(
      Type.Object(
        {
          ...timing,
          /** What is asked, in this order; all replies or none. */
          commands: Type.Array(Type.Enum([...MEDIBUS_READS]), { minItems: 1, uniqueItems: true }),
        },
        strict,
      ),
    ),
    wire: Type.Object(
      {
        /** Speed and parity are options of the device's own menu: a line's URL says where they differ. */
        serial: SerialLine,
        /** Names in the device's identification that this profile holds for; spaces and case do not count. */
        models: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
        /** From one request to the next, at least. */
        spacingMs: WaitMs,
        /** How long one reply may take, and how often a request is made before it counts as unanswered. */
        replyMs: WaitMs,
        attempts: Type.Integer({ minimum: 1, maximum: 10 }),
        /** How long the handshake and all requests of a poll may take together. It stays below the poll interval. */
        pollMs: WaitMs,
      },
      strict,
    ),
    metrics: metricsOf(MedibusMapping),
    /** The first that holds: a self-test's text, a standby text or standby alarm of codepage 2, a mode's text. Else unknown. */
    operatingState: Type.Object(
      { selfTestTexts: Codes, standbyTexts: Codes, standbyAlarms: Codes, ventilatingTexts: Codes },
      strict,
    ),
  },
  strict,
);
export type MedibusProfile = Of<typeof MedibusProfile>;

/** The replies without which nothing, or not all, can be said of a mapping's metric. */
export function repliesFor(mapping: MedibusMapping): readonly MedibusRead[] {
  switch (mapping.as) {
    case "number":
      return [
        mapping.from,
        ...(mapping.also ?? []).map(({ from }) => from),
        ...(mapping.onlyWhileTexts === undefined ? [] : ["2A" as const]),
      ];
    case "text":
      return ["2A"];
    case "alarm":
    case "clinical":
      return [
        ...(mapping.cp1 === undefined ? [] : ["27" as const]),
        ...(mapping.cp2 === undefined ? [] : ["2E" as const]),
      ];
    case "unclassified":
      return ["27", "2E", "2A"];
    case "test-age":
      return ["2A", "28"];
    case "clock-offset":
      return ["28"];
  }
}
