import { decodeModbus } from "@wardtwin/device-profiles/codec/modbus";
import type { ModbusProfile } from "@wardtwin/device-profiles/profile/modbus";
import type { ModbusLink } from "../link/modbus-link.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** Reads a Modbus device: the registers and the inputs of a poll, both or neither. */
export function modbusReader(link: ModbusLink, profile: ModbusProfile): DeviceReader {
  return {
    async read(unit, pollName) {
      const poll = profile.polls[pollName];
      if (poll === undefined) throw new Error(`${profile.id} has no poll ${pollName}`);
      const at = { unitId: Number(unit), timeoutMs: poll.replyMs };
      const answer = await orLinkFault(async () => ({
        registers: await link.readInputRegisters({ ...at, ...poll.inputRegisters }),
        inputs: await link.readDiscreteInputs({ ...at, ...poll.discreteInputs }),
      }));
      return answer.ok ? decodeModbus(profile, pollName, answer.value) : answer;
    },
    async close() {
      link.close();
    },
  };
}
