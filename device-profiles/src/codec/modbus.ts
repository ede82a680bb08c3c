import type { ModbusMapping, ModbusProfile, RegisterType } from "../profile/modbus.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, judged, scaled } from "./decoded.ts";
import type { ModbusRead } from "./modbus-reads.ts";

/** The answer to one request: words 0 to 65535, or bits 0 and 1, the first being that of the request's address. */
export interface ModbusAnswer extends ModbusRead {
  values: ArrayLike<number>;
}

/**
 * What the answers to one poll say by their profile. Of what a device refused there is no answer: its metrics are blank, as
 * the device itself said that it has no such address.
 */
export function decodeModbus(
  profile: ModbusProfile,
  pollName: string,
  answers: readonly ModbusAnswer[],
): Result<Decoded, CodecFault> {
  if (answers.some(({ values, count }) => values.length < count)) return fail("codec.word-count");
  const at = wordsOf(answers);
  if (at("input-register", profile.wire.layout.address) !== profile.wire.layout.value) return fail("codec.layout");
  const readings = mappingsOf(profile, pollName).map(([metric, mapping]) =>
    judged(metric, numberOf(mapping, at), mapping),
  );
  const tellsState = pollName === profile.statePoll;
  return ok({
    identity: tellsState ? identityOf(profile, at) : {},
    operatingState: tellsState ? stateOf(profile, at) : null,
    readings,
  });
}

type Mapped = readonly [MetricName, ModbusMapping];
const mappedByPoll = new WeakMap<ModbusProfile, Map<string, Mapped[]>>();

/** The metrics that a poll brings, looked up once for each profile. */
function mappingsOf(profile: ModbusProfile, pollName: string): readonly Mapped[] {
  const known = mappedByPoll.get(profile) ?? new Map<string, Mapped[]>();
  mappedByPoll.set(profile, known);
  const mapped =
    known.get(pollName) ??
    Object.entries(profile.metrics)
      .filter(([, mapping]) => mapping.poll === pollName)
      // The keys of a profile's metrics are metric names by its type.
      .map(([metric, mapping]): Mapped => [metric as MetricName, mapping]);
  known.set(pollName, mapped);
  return mapped;
}

/** A word or bit by its address; NaN where no answer holds it. */
type At = (table: ModbusRead["table"], address: number) => number;

function wordsOf(answers: readonly ModbusAnswer[]): At {
  return (table, address) => {
    for (const answer of answers) {
      const offset = address - answer.address;
      if (answer.table === table && offset >= 0 && offset < answer.count) return answer.values[offset] ?? Number.NaN;
    }
    return Number.NaN;
  };
}

/** null where no answer holds it, or where the device says that it has none. */
function numberOf(mapping: ModbusMapping, at: At): number | null {
  switch (mapping.from) {
    case "discrete-input":
    case "coil":
      return known(at(mapping.from, mapping.address));
    case "input-register-bit":
    case "holding-register-bit": {
      const word = at(mapping.from === "input-register-bit" ? "input-register" : "holding-register", mapping.address);
      return Number.isNaN(word) ? null : (word >> mapping.bit) & 1;
    }
    case "input-register":
    case "holding-register": {
      const first = at(mapping.from, mapping.address);
      const second = mapping.type.endsWith("32") ? at(mapping.from, mapping.address + 1) : 0;
      if (Number.isNaN(first) || Number.isNaN(second)) return null;
      const raw =
        mapping.wordOrder === "low-first" ? rawOf(mapping.type, second, first) : rawOf(mapping.type, first, second);
      return raw === mapping.blank ? null : scaled(raw, mapping.scale);
    }
  }
}

const known = (bit: number): number | null => (Number.isNaN(bit) ? null : bit);

const scratch = new DataView(new ArrayBuffer(4));

/** The number in one word, or in two of which `high` is the more significant one. */
function rawOf(type: RegisterType, high: number, low: number): number {
  scratch.setUint16(0, high);
  scratch.setUint16(2, low);
  switch (type) {
    case "uint16":
      return scratch.getUint16(0);
    case "int16":
      return scratch.getInt16(0);
    case "uint32":
      return scratch.getUint32(0);
    case "int32":
      return scratch.getInt32(0);
    case "float32":
      return shortest(scratch.getFloat32(0));
  }
}

/** The decimal number with the fewest digits that is this 32-bit float: a device that means 12.3 says 12.300000190734863. */
function shortest(float: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(float.toPrecision(digits));
    if (Math.fround(decimal) === float) return decimal;
  }
  return float;
}

/** A wire without a serial number still names its firmware; maker and model are the profile's word, not the device's. */
function identityOf({ wire }: ModbusProfile, at: At): DeviceIdentity {
  if (wire.firmware === undefined) return {};
  const build = at("input-register", wire.firmware.address);
  return Number.isFinite(build) ? { firmware: `${wire.firmware.prefix}${build}` } : {};
}

function stateOf({ operatingState }: ModbusProfile, at: At): OperatingState {
  if ("states" in operatingState) {
    return operatingState.states[String(at("input-register", operatingState.inputRegister))] ?? "unknown";
  }
  for (const { discreteInput, state } of operatingState.firstSet) {
    const bit = at("discrete-input", discreteInput);
    if (bit === 1) return state;
    // An input that cannot be read may be the one that is set.
    if (Number.isNaN(bit)) return "unknown";
  }
  return operatingState.otherwise;
}
