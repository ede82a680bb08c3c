import {
  BIT_TABLES,
  type BitTable,
  type ModbusMapping,
  type ModbusProfile,
  type WordTable,
} from "../profile/modbus.ts";

/** A run of addresses of one table that one request reads. */
export interface ModbusRead {
  table: WordTable | BitTable;
  address: number;
  count: number;
}

/** Modbus Application Protocol V1.1b3, sections 6.1 to 6.4. */
const WORDS_MAX = 125;
const BITS_MAX = 2_000;
/** Unused addresses that may be read along: fewer than a request of their own costs on the wire. */
const WORDS_ALONG_MAX = 16;
const BITS_ALONG_MAX = 256;

export const isBitTable = (table: ModbusRead["table"]): table is BitTable => BIT_TABLES.some((name) => name === table);

/** The requests of one poll: what its metrics, its layout and its state lie on, merged into as few as the map allows. */
export function readsOf(profile: ModbusProfile, pollName: string): ModbusRead[] {
  const used = usedBy(profile, pollName).toSorted((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
  const reads: ModbusRead[] = [];
  for (const next of used) {
    const last = reads.at(-1);
    if (last !== undefined && mayJoin(profile, last, next)) {
      last.count = Math.max(last.count, next.address + next.count - last.address);
    } else reads.push({ ...next });
  }
  return reads;
}

function mayJoin({ wire }: ModbusProfile, last: ModbusRead, next: ModbusRead): boolean {
  if (last.table !== next.table) return false;
  const bits = isBitTable(next.table);
  const end = last.address + last.count;
  const isHole = wire.holes.some(({ table, from, to }) => table === next.table && from < next.address && to >= end);
  const along = next.address - end;
  const length = next.address + next.count - last.address;
  return !isHole && along <= (bits ? BITS_ALONG_MAX : WORDS_ALONG_MAX) && length <= (bits ? BITS_MAX : WORDS_MAX);
}

function usedBy(profile: ModbusProfile, pollName: string): ModbusRead[] {
  const { wire, operatingState, statePoll } = profile;
  const words = (address: number): ModbusRead => ({ table: "input-register", address, count: 1 });
  const ofState =
    "firstSet" in operatingState
      ? operatingState.firstSet.map(
          ({ discreteInput: address }): ModbusRead => ({
            table: "discrete-input",
            address,
            count: 1,
          }),
        )
      : [words(operatingState.inputRegister)];
  const ofMetrics = Object.values(profile.metrics)
    .filter(({ poll }) => poll === pollName)
    .map(placeOf);
  const firmware = wire.firmware === undefined ? [] : [words(wire.firmware.address)];
  return [words(wire.layout.address), ...(pollName === statePoll ? [...ofState, ...firmware] : []), ...ofMetrics];
}

function placeOf(mapping: ModbusMapping): ModbusRead {
  const { address } = mapping;
  switch (mapping.from) {
    case "input-register-bit":
      return { table: "input-register", address, count: 1 };
    case "holding-register-bit":
      return { table: "holding-register", address, count: 1 };
    case "discrete-input":
    case "coil":
      return { table: mapping.from, address, count: 1 };
    case "input-register":
    case "holding-register":
      return { table: mapping.from, address, count: mapping.type.endsWith("32") ? 2 : 1 };
  }
}
