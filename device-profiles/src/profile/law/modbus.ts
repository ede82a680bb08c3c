import type { ModbusProfile } from "../modbus.ts";
import { when } from "./when.ts";

export function modbusFaults(profile: ModbusProfile): string[] {
  const hole = (table: string, address: number) =>
    profile.wire.holes.some((each) => each.table === table && address >= each.from && address <= each.to);
  return [
    ...when(!Object.hasOwn(profile.polls, profile.statePoll), `statePoll names the unknown poll ${profile.statePoll}`),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(2 * poll.replyMs >= poll.everyMs, `poll ${name} is due again before its replies may end`),
    ),
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) => {
      const table = mapping.from.replace(/-bit$/, "");
      const wide = "type" in mapping && /32$/.test(mapping.type);
      return [
        ...when(hole(table, mapping.address), `${name} lies in a hole of the map`),
        ...when(wide && mapping.address === 0xffff, `${name} reaches beyond the map`),
        ...when(
          "wordOrder" in mapping && mapping.wordOrder !== undefined && !wide,
          `${name} has a word order and one word`,
        ),
      ];
    }),
  ];
}
