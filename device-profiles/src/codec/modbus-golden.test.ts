import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import profile from "../../catalog/medical-gas/gas-panel-2.profile.ts";
import { decodeModbus, type ModbusAnswer } from "./modbus.ts";
import { readsOf } from "./modbus-reads.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
const frames = fixture("gas-panel-2.supplying.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const meaning = JSON.parse(fixture("gas-panel-2.supplying.json"));
const TABLES = ["coil", "discrete-input", "holding-register", "input-register"] as const;

/** What the golden frames answer: a request's table, address and count, and its reply's words or bits, taken out by hand. */
const golden = Array.from({ length: frames.length / 2 }, (_, pair): ModbusAnswer => {
  const [request, reply] = [frames[2 * pair] ?? Buffer.of(), frames[2 * pair + 1] ?? Buffer.of()];
  const [table, count] = [TABLES[(request[1] ?? 0) - 1] ?? "coil", request.readUInt16BE(4)];
  const word = (at: number) => reply.readUInt16BE(3 + 2 * at);
  const bit = (at: number) => ((reply[3 + (at >> 3)] ?? 0) >> (at & 7)) & 1;
  const refused = (reply[1] ?? 0) > 0x80;
  const values = Array.from({ length: refused ? 0 : count }, (_, at) =>
    table.endsWith("register") ? word(at) : bit(at),
  );
  return { table, address: request.readUInt16BE(2), count, values };
});

test.each(["state", "trend"])(
  "the %s poll asks for what the sheet answers, and it means what its fixture says",
  (poll) => {
    const answers = readsOf(profile, poll).map(({ table, address, count }) => {
      const found = golden.find((each) => each.table === table && each.address === address && each.count === count);
      if (found === undefined) throw new Error(`no golden frame reads ${table} ${address}+${count}`);
      return found;
    });
    const decoded = decodeModbus(profile, poll, answers);
    if (!decoded.ok) throw new Error(decoded.fault);
    const { readings, identity, operatingState } = decoded.value;
    expect(Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))).toEqual(meaning.readings[poll]);
    expect(readings.every(({ quality }) => quality === "good")).toBe(true);
    if (poll === "state")
      expect({ identity, operatingState }).toEqual({
        identity: meaning.identity,
        operatingState: meaning.operatingState,
      });
  },
);

test("no request of the panel touches an address that its sheet does not list", () => {
  const listed = {
    coil: [[0, 0]],
    "discrete-input": [[0, 8]],
    "holding-register": [[100, 101]],
    "input-register": [
      [0, 2],
      [10, 15],
      [40, 45],
    ],
  };
  for (const { table, address, count } of Object.keys(profile.polls).flatMap((poll) => readsOf(profile, poll))) {
    expect(listed[table].some(([from = 0, to = -1]) => address >= from && address + count - 1 <= to)).toBe(true);
  }
});
