import type { ModbusMapping, ModbusPoll, ModbusProfile } from "../profile/modbus.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, judged, scaled } from "./decoded.ts";

/** The raw answers to one poll, the first word or bit being that of the poll's first address. */
export interface ModbusAnswer {
  /** Input registers, 0 to 65535. */
  registers: readonly number[];
  /** Discrete inputs. */
  inputs: readonly boolean[];
}

/** What the answers to one poll say by their profile. */
export function decodeModbus(
  profile: ModbusProfile,
  pollName: string,
  answer: ModbusAnswer,
): Result<Decoded, CodecFault> {
  const poll = profile.polls[pollName];
  if (poll === undefined) return fail("codec.word-count");
  if (answer.registers.length < poll.inputRegisters.count) return fail("codec.word-count");
  if (answer.inputs.length < poll.discreteInputs.count) return fail("codec.word-count");
  const words = wordsOf(poll, answer);
  if (words.register(profile.wire.layout.address) !== profile.wire.layout.value) return fail("codec.layout");

  const readings = Object.entries(profile.metrics)
    .filter(([, mapping]) => mapping.poll === pollName)
    // The keys of a profile's metrics are metric names by its type.
    .map(([metric, mapping]) => judged(metric as MetricName, numberOf(mapping, words), mapping));
  return ok({ identity: identityOf(profile, words), operatingState: stateOf(profile, words), readings });
}

/** Words and bits by the addresses of the protocol, whatever the poll's first address. */
interface Words {
  register(address: number): number;
  input(address: number): boolean;
}

const wordsOf = (poll: ModbusPoll, { registers, inputs }: ModbusAnswer): Words => ({
  register: (address) => registers[address - poll.inputRegisters.address] ?? Number.NaN,
  input: (address) => inputs[address - poll.discreteInputs.address] ?? false,
});

function numberOf(mapping: ModbusMapping, words: Words): number {
  switch (mapping.from) {
    case "discrete-input":
      return words.input(mapping.address) ? 1 : 0;
    case "input-register-bit":
      return (words.register(mapping.address) >> mapping.bit) & 1;
    case "input-register": {
      const word = words.register(mapping.address);
      const signed = mapping.type === "int16" && word >= 0x8000 ? word - 0x1_0000 : word;
      return scaled(signed, mapping.scale);
    }
  }
}

/** A wire without a serial number still names its firmware; maker and model are the profile's word, not the device's. */
function identityOf({ wire }: ModbusProfile, words: Words): DeviceIdentity {
  if (wire.firmware === undefined) return {};
  const build = words.register(wire.firmware.address);
  return Number.isFinite(build) ? { firmware: `${wire.firmware.prefix}${build}` } : {};
}

function stateOf({ operatingState }: ModbusProfile, words: Words): OperatingState {
  const first = operatingState.firstSet.find(({ discreteInput }) => words.input(discreteInput));
  return first?.state ?? operatingState.otherwise;
}
