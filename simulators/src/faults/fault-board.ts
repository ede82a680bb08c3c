import { type Static, type TObject, Type } from "typebox";
import { Value } from "typebox/value";
import { PB_ALARMS } from "../devices/pb-alarms.ts";
import { ALARM_CODES } from "../devices/syringe-pump-alarm.ts";
import { REPORTED_TESTS } from "../wires/defib-report/report.ts";
import { MODEL_NAMES } from "../wires/draeger-medibus/model.ts";
import { PARAMETER_NAMES } from "../wires/mri/parameter-names.ts";

/** The kinds of wire that faults are told apart by. */
export type WireKind =
  | "serial"
  | "modbus"
  | "opc-ua"
  | "alaris-asena"
  | "opc-ua-di"
  | "modbus-rtu"
  | "draeger-medibus"
  | "orchestra-base"
  | "orchestra-module"
  | "defib-report";

/** Wires of bytes at a speed, on which a reply can be late, cut or noise. */
const SERIAL = [
  "serial",
  "alaris-asena",
  "modbus-rtu",
  "draeger-medibus",
  "orchestra-base",
  "orchestra-module",
  "defib-report",
] as const;

const flag = (description: string) => Type.Boolean({ description });

/**
 * Every fault that can be switched on while the hospital runs, and the wires that know it. To add one: a line here, and
 * the wire that acts on it. Null or false is the calm value; `plugged` alone is calm when true.
 */
const FAULTS = {
  plugged: {
    wires: [...SERIAL, "modbus", "opc-ua", "opc-ua-di"],
    schema: flag(
      "The cable is in. Out: a line of one device refuses connections, a device on a shared line is silent.",
    ),
  },
  silent: { wires: [...SERIAL, "modbus", "opc-ua", "opc-ua-di"], schema: flag("Connected, and never answers.") },
  replyDelayMs: {
    wires: [...SERIAL, "modbus"],
    schema: Type.Integer({ minimum: 0, maximum: 60_000, description: "Milliseconds before each reply." }),
  },
  truncatedReply: { wires: [...SERIAL, "modbus"], schema: flag("Each reply breaks off in the middle.") },
  garbageReply: {
    wires: [...SERIAL, "modbus"],
    schema: flag("Noise in place of each reply, of the same length."),
  },
  wrongCount: {
    wires: ["serial", "modbus", "modbus-rtu", "defib-report"],
    schema: flag("A count inside the reply does not match what follows."),
  },
  baudRate: {
    wires: ["serial", "alaris-asena", "modbus-rtu", "draeger-medibus", "orchestra-base", "defib-report"],
    schema: Type.Union([Type.Integer({ minimum: 300, maximum: 4_000_000 }), Type.Null()]),
  },
  clockOffsetMin: {
    wires: ["serial", "opc-ua-di", "draeger-medibus", "defib-report"],
    schema: Type.Integer({ minimum: -720, maximum: 720, description: "How far the device's own clock is ahead." }),
  },
  exceptionCode: {
    wires: ["modbus", "modbus-rtu"],
    schema: Type.Union([Type.Integer({ minimum: 1, maximum: 255 }), Type.Null()]),
  },
  wrongTransaction: { wires: ["modbus"], schema: flag("Each reply carries another request's transaction id.") },
  wrongChecksum: {
    wires: ["alaris-asena", "modbus-rtu", "draeger-medibus", "orchestra-base", "orchestra-module", "defib-report"],
    schema: flag("Each reply carries a checksum that is not its own."),
  },
  escapedReply: { wires: ["alaris-asena"], schema: flag("Each reply is given up in the middle with an ESC.") },
  otherReply: {
    wires: ["alaris-asena", "draeger-medibus"],
    schema: flag("Each reply, in itself whole, is that to another command."),
  },
  strict: {
    wires: ["alaris-asena"],
    schema: flag(
      "Without remote control it names itself and its protocol, and refuses every other reading in silence.",
    ),
  },
  otherSerial: {
    wires: ["alaris-asena", "defib-report"],
    schema: Type.Union([Type.String({ pattern: "^([0-9]{4}-[0-9]{5}|SN[0-9]{8})$" }), Type.Null()], {
      description: "Another device hangs on the port, with this serial number.",
    }),
  },
  alarmCode: {
    wires: ["alaris-asena"],
    schema: Type.Union([Type.Enum([...ALARM_CODES]), Type.Null()], {
      description: "The alarm that it tells, whatever its body says.",
    }),
  },
  frozen: {
    wires: ["opc-ua-di"],
    schema: flag(
      "The server takes sessions, subscriptions and reads, and publishes nothing any more, not even keep-alives.",
    ),
  },
  nodeIdSet: {
    wires: ["opc-ua-di"],
    schema: Type.Integer({
      minimum: 0,
      maximum: 9,
      description:
        "Another number restarts the server with other node ids: up to 4 those of neighbours, from 5 on all new.",
    }),
  },
  wrongTypeOf: {
    wires: ["opc-ua-di"],
    schema: Type.Union([Type.Enum([...PARAMETER_NAMES]), Type.Null()], {
      description: "The parameter that is declared and told as a text; a change restarts the server.",
    }),
  },
  otherScannerSerial: {
    wires: ["opc-ua-di"],
    schema: Type.Union([Type.String({ pattern: "^MR[0-9]{6}$" }), Type.Null()], {
      description: "Another scanner answers under the name, with this serial number.",
    }),
  },
  missingCr: { wires: ["draeger-medibus"], schema: flag("No reply has its closing CR.") },
  injectedRealtime: {
    wires: ["draeger-medibus"],
    schema: flag("Bytes of the realtime stream stand in the middle of each reply, though nobody asked for any."),
  },
  nestedCommand: { wires: ["draeger-medibus"], schema: flag("A keep-alive stands in the middle of each reply.") },
  splitReply: {
    wires: ["modbus-rtu", "draeger-medibus", "orchestra-base", "defib-report"],
    schema: flag("Each reply arrives in pieces, of a byte or a few."),
  },
  flood: { wires: ["draeger-medibus", "orchestra-base"], schema: flag("Noise without end, as fast as the line goes.") },
  pauseMs: {
    wires: ["draeger-medibus"],
    schema: Type.Integer({
      minimum: 0,
      maximum: 60_000,
      description: "Milliseconds of silence from the moment this is set, after which it goes on by itself.",
    }),
  },
  ownInitialise: {
    wires: ["draeger-medibus"],
    schema: flag("When this is set, the device forgets its host and says ICC, once."),
  },
  configurationChanged: {
    wires: ["draeger-medibus"],
    schema: flag("When this is set, the device says that its realtime configuration has changed, once."),
  },
  blankValues: { wires: ["draeger-medibus"], schema: flag("Every measured value, limit and setting is blank.") },
  germanMonth: { wires: ["draeger-medibus"], schema: flag("Dates have German months, whatever the model.") },
  standbyText: { wires: ["draeger-medibus"], schema: flag("It says that it stands by, whatever its body does.") },
  otherModel: {
    wires: ["draeger-medibus"],
    schema: Type.Union([Type.Enum([...MODEL_NAMES]), Type.Null()], {
      description: "A ventilator of this model hangs on the line in place of its own.",
    }),
  },
  patientRecord: {
    wires: ["draeger-medibus"],
    schema: flag("It has been told the name, sex, age and weight of a person, all of them made up, and tells them on."),
  },
  missingAck: { wires: ["orchestra-base"], schema: flag("A frame is answered without being acknowledged first.") },
  nakCode: {
    wires: ["orchestra-base"],
    schema: Type.Union([Type.Enum(["1", "2", "4", "5", "6", "7", "8"]), Type.Null()], {
      description: "Every frame is refused with NAK and this character.",
    }),
  },
  enqFlood: { wires: ["orchestra-base"], schema: flag("It asks without pause whether its host is there.") },
  bareError: { wires: ["orchestra-base"], schema: flag("Errors are told without a semicolon before their code.") },
  otherUnit: {
    wires: ["orchestra-module", "modbus-rtu"],
    schema: flag("Each reply carries the number of another unit."),
  },
  otherBody: { wires: ["orchestra-module"], schema: flag("Another device, of the same kind, stands in its place.") },
  alarmBits: {
    wires: ["orchestra-module"],
    schema: Type.Union([Type.Integer({ minimum: 0, maximum: 0xffff }), Type.Null()], {
      description: "The alarm bits that it tells, whatever its body says.",
    }),
  },
  missingEnd: { wires: ["defib-report"], schema: flag("Each report stops before its last line.") },
  failedTest: {
    wires: ["defib-report"],
    schema: Type.Union([Type.Enum([...REPORTED_TESTS]), Type.Null()], {
      description: "The test that it reports as failed, whatever its body found.",
    }),
  },
  blankMonitored: { wires: ["serial"], schema: flag("Every measured field is blank, whatever breathes.") },
  limitsOff: { wires: ["serial"], schema: flag("Every limit of an alarm that can be off is told as OFF.") },
  clinicalAlarm: {
    wires: ["serial"],
    schema: Type.Union([Type.Enum([...PB_ALARMS]), Type.Null()], {
      description: "An alarm about the person or the therapy that it tells as active, whatever its body says.",
    }),
  },
  compatible840: { wires: ["serial"], schema: flag("It reports as an 840, as a 980 can be set to.") },
  errorMessage: { wires: ["serial"], schema: flag("An unknown command is answered with a line that says so.") },
} as const satisfies Record<string, { wires: readonly WireKind[]; schema: object }>;

export type FaultName = keyof typeof FAULTS;

/** The faults of one device at one time. */
export type FaultState = { [Name in FaultName]: Static<(typeof FAULTS)[Name]["schema"]> };

export const CALM: FaultState = {
  plugged: true,
  silent: false,
  replyDelayMs: 0,
  truncatedReply: false,
  garbageReply: false,
  wrongCount: false,
  baudRate: null,
  clockOffsetMin: 0,
  exceptionCode: null,
  wrongTransaction: false,
  wrongChecksum: false,
  escapedReply: false,
  otherReply: false,
  strict: false,
  otherSerial: null,
  alarmCode: null,
  frozen: false,
  nodeIdSet: 0,
  wrongTypeOf: null,
  otherScannerSerial: null,
  missingCr: false,
  injectedRealtime: false,
  nestedCommand: false,
  splitReply: false,
  flood: false,
  pauseMs: 0,
  ownInitialise: false,
  configurationChanged: false,
  blankValues: false,
  germanMonth: false,
  standbyText: false,
  otherModel: null,
  patientRecord: false,
  missingAck: false,
  nakCode: null,
  enqFlood: false,
  bareError: false,
  otherUnit: false,
  otherBody: false,
  alarmBits: null,
  missingEnd: false,
  failedTest: null,
  blankMonitored: false,
  limitsOff: false,
  clinicalAlarm: null,
  compatible840: false,
  errorMessage: false,
};

/** The schema of a partial change of faults on one kind of wire. */
export function faultPatchSchema(wire: WireKind): TObject {
  const known = Object.entries(FAULTS).filter(([, fault]) => fault.wires.some((name) => name === wire));
  const properties = Object.fromEntries(known.map(([name, fault]) => [name, Type.Optional(fault.schema)]));
  return Type.Object(properties, { additionalProperties: false });
}

/** The switches of one device; wires read `state`, people merge patches into it. */
export class FaultBoard {
  readonly wire: WireKind;
  readonly #patchSchema: TObject;
  #state: FaultState = CALM;

  constructor(wire: WireKind) {
    this.wire = wire;
    this.#patchSchema = faultPatchSchema(wire);
  }

  get state(): FaultState {
    return this.#state;
  }

  /** Merges a patch, or returns the sentence that says why not. */
  merge(patch: unknown): string | null {
    const known = Object.keys(this.#patchSchema.properties);
    if (typeof patch !== "object" || patch === null) return `Send an object of faults; known: ${known.join(", ")}.`;
    const unknown = Object.keys(patch).find((name) => !known.includes(name));
    if (unknown !== undefined) return `A ${this.wire} line has no fault ${unknown}; known: ${known.join(", ")}.`;
    if (!Value.Check(this.#patchSchema, patch)) {
      const [first] = Value.Errors(this.#patchSchema, patch);
      return `The fault ${first?.instancePath.slice(1) ?? ""} ${first?.message ?? "is wrong"}.`;
    }
    this.#state = { ...this.#state, ...patch };
    return null;
  }
}
