import { decodeOpcUa, nodesOf } from "@wardtwin/device-profiles/codec/opc-ua";
import type { OpcUaProfile } from "@wardtwin/device-profiles/profile/opc-ua";
import type { OpcUaLink } from "../link/opc-ua-link.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** Reads one unit behind an OPC UA server: all variables of a poll in one request. */
export function opcUaReader(link: OpcUaLink, profile: OpcUaProfile): DeviceReader {
  return {
    async read(unit, pollName) {
      const poll = profile.polls[pollName];
      if (poll === undefined) throw new Error(`${profile.id} has no poll ${pollName}`);
      const answer = await orLinkFault(() => link.read(nodesOf(profile, pollName, unit), poll.replyMs));
      return answer.ok ? decodeOpcUa(profile, pollName, unit, answer.value) : answer;
    },
    close: () => link.close(),
  };
}
