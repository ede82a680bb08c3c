import Type from "typebox";
import { core, mapping, metricsOf, type Of, pollsOf, SerialLine, State, strict, timing, WaitMs } from "./profile.ts";

/** Addresses are those of the protocol data unit, from 0. */
const Address = Type.Integer({ minimum: 0, maximum: 0xffff });

/** The two tables of words and the two of bits, with the function codes that read them: FC04, FC03, FC02, FC01. */
export const WORD_TABLES = ["input-register", "holding-register"] as const;
export const BIT_TABLES = ["discrete-input", "coil"] as const;
export type WordTable = (typeof WORD_TABLES)[number];
export type BitTable = (typeof BIT_TABLES)[number];

export const REGISTER_TYPES = ["uint16", "int16", "uint32", "int32", "float32"] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];

const ModbusMapping = Type.Union([
  /** A number in one register or two; bytes are big-endian, and makers differ in which word of two comes first. */
  Type.Object(
    {
      ...mapping,
      from: Type.Enum([...WORD_TABLES]),
      address: Address,
      type: Type.Enum([...REGISTER_TYPES]),
      wordOrder: Type.Optional(Type.Enum(["high-first", "low-first"])),
      /** A raw value by which the device says that it has none. */
      blank: Type.Optional(Type.Number()),
    },
    strict,
  ),
  /** One bit of a register; set means 1. Bit 0 is the least significant. */
  Type.Object(
    {
      ...mapping,
      from: Type.Enum(["input-register-bit", "holding-register-bit"]),
      address: Address,
      bit: Type.Integer({ minimum: 0, maximum: 15 }),
    },
    strict,
  ),
  /** A discrete input or a coil. */
  Type.Object({ ...mapping, from: Type.Enum([...BIT_TABLES]), address: Address }, strict),
]);
export type ModbusMapping = Of<typeof ModbusMapping>;

const ModbusPoll = Type.Object(
  {
    ...timing,
    /** How long one request may take. */
    replyMs: WaitMs,
  },
  strict,
);
export type ModbusPoll = Of<typeof ModbusPoll>;

/** A device with a register map. What a poll asks for is what its metrics lie on, merged into as few requests as the map allows. */
export const ModbusProfile = Type.Object(
  {
    ...core,
    protocol: Type.Literal("modbus"),
    polls: pollsOf(ModbusPoll),
    wire: Type.Object(
      {
        serial: SerialLine,
        /** An input register that must hold this value, so that another device's map is never read as this one's. */
        layout: Type.Object({ address: Address, value: Type.Integer({ minimum: 0, maximum: 0xffff }) }, strict),
        /** The input register that names the firmware, where one does; the prefix makes a version of the number. */
        firmware: Type.Optional(Type.Object({ address: Address, prefix: Type.String() }, strict)),
        /** Addresses that stand between used ones and may not be read: no request is merged across one. */
        holes: Type.Array(
          Type.Object({ table: Type.Enum([...WORD_TABLES, ...BIT_TABLES]), from: Address, to: Address }, strict),
        ),
      },
      strict,
    ),
    metrics: metricsOf(ModbusMapping),
    operatingState: Type.Union([
      /** The first discrete input of the list that is set names the state. */
      Type.Object(
        {
          firstSet: Type.Array(Type.Object({ discreteInput: Address, state: State }, strict)),
          otherwise: State,
        },
        strict,
      ),
      /** The state behind each number of an input register; a number that is not listed is `unknown`. */
      Type.Object({ inputRegister: Address, states: Type.Record(Type.String({ pattern: "^\\d+$" }), State) }, strict),
    ]),
    /** The poll that brings the operating state; every poll checks the layout. */
    statePoll: Type.String(),
  },
  strict,
);
export type ModbusProfile = Of<typeof ModbusProfile>;
