import Type from "typebox";
import { core, mapping, metricsOf, type Of, PollTiming, pollsOf, SerialLine, strict, WaitMs } from "./profile.ts";

const Codes = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });

const AsenaMapping = Type.Union([
  /**
   * A number in one field of the reply to INF, counted from 1 after the command's name; its unit stands in the next field.
   * A number in any other unit than `unit` is not believed.
   */
  Type.Object(
    {
      ...mapping,
      as: Type.Literal("number"),
      field: Type.Integer({ minimum: 1, maximum: 99 }),
      unit: Type.String(),
    },
    strict,
  ),
  /** Codes of the reply to ALARM that make this technical alarm active. */
  Type.Object({ ...mapping, as: Type.Literal("alarm"), codes: Codes }, strict),
  /** Alarms about the person or the therapy: how many began is counted at the gateway and told by the hour. */
  Type.Object({ ...mapping, as: Type.Literal("clinical"), codes: Codes }, strict),
]);
export type AsenaMapping = Of<typeof AsenaMapping>;

/**
 * A syringe pump of the Alaris Asena family: one poll is INF and ALARM, both or neither.
 * The driver knows how messages are framed and which may be sent; this says what their fields mean.
 */
export const AsenaProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("alaris-asena"),
    polls: pollsOf(PollTiming),
    wire: Type.Object(
      {
        serial: SerialLine,
        /** What the reply to COMMS_PROTOCOL begins with; another family is refused. */
        protocolPrefix: Type.String({ minLength: 1 }),
        /** The alarm code that means "none". */
        calmCode: Type.String({ minLength: 1 }),
        /** Pause between a reply and the next request. */
        gapMs: WaitMs,
        /** How long one reply may take, and how often a request is made before it counts as unanswered. */
        replyMs: WaitMs,
        attempts: Type.Integer({ minimum: 1, maximum: 10 }),
        /** A pump that promises to answer within a longer time is waited for, but no longer than this. */
        replyMsMax: WaitMs,
        /** How long all requests of a poll may take together. It stays below the poll interval. */
        pollMs: WaitMs,
      },
      strict,
    ),
    metrics: metricsOf(AsenaMapping),
    /** In use while the rate is above 0; standby at rate 0 in one of these modes; otherwise unknown. */
    operatingState: Type.Object({ idleModes: Type.Array(Type.String()) }, strict),
  },
  strict,
);
export type AsenaProfile = Of<typeof AsenaProfile>;
