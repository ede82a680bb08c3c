import Type from "typebox";
import { core, mapping, metricsOf, type Of, PollTiming, pollsOf, SerialLine, strict, WaitMs } from "./profile.ts";

/** The letter by which LE asks for a variable and a reply tells it; hexadecimal digits follow. */
const Variable = Type.String({ pattern: "^[a-z]$" });

const OrchestraMapping = Type.Union([
  Type.Object({ ...mapping, as: Type.Literal("number"), variable: Variable }, strict),
  /** The metric's word for each number of a variable. A number that is not listed is `otherwise`. */
  Type.Object(
    {
      ...mapping,
      as: Type.Literal("word"),
      variable: Variable,
      words: Type.Record(Type.String({ pattern: "^\\d+$" }), Type.String()),
      otherwise: Type.String(),
    },
    strict,
  ),
  /**
   * Any bit of a word of alarm bits, told only while the pump is out of use. No document at hand says what the bits stand
   * for, so that in use each may be about the person or the therapy.
   */
  Type.Object({ ...mapping, as: Type.Literal("alarm"), variable: Variable }, strict),
  /** The same bits while the pump is not out of use: how many began is counted at the gateway and told by the hour. */
  Type.Object({ ...mapping, as: Type.Literal("clinical"), variable: Variable }, strict),
]);
export type OrchestraMapping = Of<typeof OrchestraMapping>;

/**
 * A syringe pump module in a rack of the Orchestra family, several of which share the line of their base. A unit is a slot,
 * 1 to 9. The driver knows how messages are framed, which may be sent, and how sessions are opened; this says what the
 * variables of a module mean.
 */
export const OrchestraProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("fresenius-orchestra"),
    polls: pollsOf(PollTiming),
    wire: Type.Object(
      {
        serial: SerialLine,
        /** How long one reply may take, and how often a request is made before it counts as unanswered. */
        replyMs: WaitMs,
        attempts: Type.Integer({ minimum: 1, maximum: 10 }),
        /** How long the base's word for which slots are occupied is believed. */
        modulesMs: WaitMs,
        /** How long all requests of a poll may take together. It stays below the poll interval. */
        pollMs: WaitMs,
      },
      strict,
    ),
    metrics: metricsOf(OrchestraMapping),
    /** In use while the rate is above 0; standby at rate 0, or unknown while the bolus rate is not 0. */
    operatingState: Type.Object({ rate: Variable, bolusRate: Variable }, strict),
  },
  strict,
);
export type OrchestraProfile = Of<typeof OrchestraProfile>;
