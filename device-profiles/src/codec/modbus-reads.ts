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

/** Places that lie close together, read by one request. A place is one word, two that are one value, or a bit. */
export interface JoinedRead extends ModbusRead {
  places: ModbusRead[];
}

/** The requests of one poll: what its metrics, its layout and its state lie on, merged into as few as the map allows. */
export function readsOf(profile: ModbusProfile, pollName: string): JoinedRead[] {
  const sorted = usedBy(profile, pollName).toSorted(
    (a, b) => a.table.localeCompare(b.table) || a.address - b.address || a.count - b.count,
  );
  const places = sorted.filter((place, index) => !isSame(place, sorted[index - 1]));
  return joined(places, (last, next) => mayJoin(profile, last, next));
}

const isSame = (one: ModbusRead, other: ModbusRead | undefined): boolean =>
  one.table === other?.table && one.address === other.address && one.count === other.count;

/**
 * What to ask instead of a request that a device refused because some address of it does not exist (exception 02). First
 * what was read along is left out; where nothing was, the places are halved. A value of two words is never cut in two.
 *
 * @returns requests of fewer places each; none where there was only one: the device does not have it
 */
export function splitRead({ places }: JoinedRead): JoinedRead[] {
  if (places.length === 1) return [];
  const runs = joined(places, mayTouch);
  if (runs.length > 1) return runs;
  const middle = Math.ceil(places.length / 2);
  return [places.slice(0, middle), places.slice(middle)].flatMap((half) => joined(half, () => true));
}

/** The same places in as few requests as may be without reading anything along. */
export const withoutGaps = (reads: readonly JoinedRead[]): JoinedRead[] =>
  joined(
    reads.flatMap(({ places }) => places),
    mayTouch,
  );

function joined(places: readonly ModbusRead[], may: (last: ModbusRead, next: ModbusRead) => boolean): JoinedRead[] {
  const reads: JoinedRead[] = [];
  for (const next of places) {
    const last = reads.at(-1);
    if (last !== undefined && may(last, next)) {
      last.count = Math.max(last.count, next.address + next.count - last.address);
      last.places.push(next);
    } else reads.push({ ...next, places: [next] });
  }
  return reads;
}

function mayJoin({ wire }: ModbusProfile, last: ModbusRead, next: ModbusRead): boolean {
  const end = last.address + last.count;
  const isHole = wire.holes.some(({ table, from, to }) => table === next.table && from < next.address && to >= end);
  const along = next.address - end;
  return !isHole && along <= (isBitTable(next.table) ? BITS_ALONG_MAX : WORDS_ALONG_MAX) && mayBeOne(last, next);
}

const mayTouch = (last: ModbusRead, next: ModbusRead): boolean =>
  next.address <= last.address + last.count && mayBeOne(last, next);

function mayBeOne(last: ModbusRead, next: ModbusRead): boolean {
  const length = next.address + next.count - last.address;
  return last.table === next.table && length <= (isBitTable(next.table) ? BITS_MAX : WORDS_MAX);
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
