import { decodeOpcUa, nodesOf } from "@wardtwin/device-profiles/codec/opc-ua";
import type { OpcUaProfile } from "@wardtwin/device-profiles/profile/opc-ua";
import { fail } from "@wardtwin/device-profiles/vocabulary/result";
import type { OpcUaLink } from "../link/opc-ua-link.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** Reads one unit behind an OPC UA server: the newest values of a poll's variables, told or asked for. */
export function opcUaReader(link: OpcUaLink, profile: OpcUaProfile, wallMs: () => number): DeviceReader {
  return {
    async read(unit, pollName) {
      const poll = profile.polls[pollName];
      if (poll === undefined) throw new Error(`${profile.id} has no poll ${pollName}`);
      const nodes = nodesOf(profile, pollName, unit);
      const answer = await orLinkFault(() => link.read({ unit, nodes }, poll.replyMs));
      if (!answer.ok) return answer;
      if (answer.value === null) return fail("codec.vacant");
      // A server that has nothing to say of any variable does not reach the device behind it.
      if ([...answer.value.values()].every(({ status }) => status === "bad")) return fail("link.exception");
      return decodeOpcUa(profile, pollName, unit, answer.value, wallMs());
    },
    close: () => link.close(),
  };
}
