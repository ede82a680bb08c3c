import {
  ORCHESTRA_BASE,
  ORCHESTRA_SLOTS,
  ORCHESTRA_VARIABLES,
} from "@wardtwin/device-profiles/profile/orchestra-layout";
import { expect, test } from "vitest";
import { orchestraChecksum } from "../orchestra-checksum.ts";
import { REQUESTS, requestBytes } from "../request.ts";
import { FRESENIUS_ORCHESTRA } from "./fresenius-orchestra.ts";

const framed = (text: string) => `\x02${text}${orchestraChecksum(text)}\x03`;
const PREFIX = "fresenius-orchestra.";
/** What may follow a slot, by the name of the request. */
const READING = { open: "DC", close: "FC", "event-heard": "E", "adjustment-heard": "M" };

/** Commands that control a pump or set anything in it, from the protocol's sheet, with the arguments that they take. */
const CONTROL = ["MO", "PR", "PO", "PB", "PF", "PV", "PP", "PS", "RZ", "OF", "SI", "RV", "EP", "EN"];
/** Commands that this agent has no use for; some of them would change what the pump tells or shows. */
const UNUSED = ["DE", "AE", "LM", "DM", "AM", "LF", "LP", "AP", "LN"];

test("the table is the base's and each slot's few commands, with their checksums, and three characters of control", () => {
  const slots = [ORCHESTRA_BASE, ...ORCHESTRA_SLOTS].flatMap((slot) => {
    const reads = slot === ORCHESTRA_BASE ? { modules: "LE;b" } : { read: `LE;${ORCHESTRA_VARIABLES}` };
    return Object.entries({ ...READING, ...reads }).map(([name, command]) => [
      `${PREFIX}${slot}.${name}`,
      framed(`${slot}${command}`),
    ]);
  });
  expect(FRESENIUS_ORCHESTRA).toEqual({
    [`${PREFIX}ack`]: "\x06",
    [`${PREFIX}wrong-checksum`]: "\x152",
    [`${PREFIX}alive`]: "\x14",
    ...Object.fromEntries(slots),
  });
});

test("requests of the sheet are in it, byte for byte", () => {
  expect(Buffer.from(requestBytes("fresenius-orchestra.0.open")).toString("hex")).toBe("02304443343803");
  expect(Buffer.from(requestBytes("fresenius-orchestra.0.modules")).toString("hex")).toBe("02304c453b62413103");
  expect(Buffer.from(requestBytes("fresenius-orchestra.1.open")).toString("hex")).toBe("02314443343703");
  expect(Buffer.from(requestBytes("fresenius-orchestra.1.event-heard")).toString("hex")).toBe("023145383903");
  expect(Buffer.from(requestBytes("fresenius-orchestra.1.close")).toString("hex")).toBe("02314643343503");
});

test.each([...CONTROL, ...UNUSED])("no request of the whole list says %s, to any slot", (command) => {
  const sent = Object.values(REQUESTS);
  for (const slot of ["", ORCHESTRA_BASE, ...ORCHESTRA_SLOTS]) {
    expect(sent.filter((bytes) => bytes.startsWith(`\x02${slot}${command}`))).toEqual([]);
    for (const name of [`${PREFIX}${slot}.${command}`, framed(`${slot}${command}`), `${slot}${command}`]) {
      expect(() => Reflect.apply(requestBytes, null, [name])).toThrow(/no request is called/);
    }
  }
});
