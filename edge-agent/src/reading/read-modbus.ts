import { decodeModbus, type ModbusAnswer } from "@wardtwin/device-profiles/codec/modbus";
import { readsOf } from "@wardtwin/device-profiles/codec/modbus-reads";
import type { ModbusProfile } from "@wardtwin/device-profiles/profile/modbus";
import type { ModbusLink } from "../link/modbus-link.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** Reads a Modbus device: all that a poll asks for, or nothing. */
export function modbusReader(link: ModbusLink, profile: ModbusProfile): DeviceReader {
  const reads = new Map(Object.keys(profile.polls).map((poll) => [poll, readsOf(profile, poll)]));
  return {
    async read(unit, pollName) {
      const poll = profile.polls[pollName];
      if (poll === undefined) throw new Error(`${profile.id} has no poll ${pollName}`);
      const at = { unitId: Number(unit), timeoutMs: poll.replyMs };
      const asked = await orLinkFault(async () => {
        const answers: ModbusAnswer[] = [];
        for (const read of reads.get(pollName) ?? []) {
          answers.push({ ...read, values: await link.read({ ...at, ...read }) });
        }
        return answers;
      });
      return asked.ok ? decodeModbus(profile, pollName, asked.value) : asked;
    },
    async close() {
      link.close();
    },
  };
}
