import type { ModbusRead } from "@wardtwin/device-profiles/codec/modbus-reads";
import type { FuzzSubject, StreamMachine, Told } from "@wardtwin/infra/test/fuzz";
import { RtuReplyFinder, type UnitRead } from "../protocol/modbus-rtu.ts";
import { goldenLines, latin1 } from "./material.testing.ts";

const [, words = new Uint8Array(0), , bits = new Uint8Array(0)] = goldenLines("defib-ready-1.ready");
const read = (table: ModbusRead["table"], count: number): UnitRead => ({ unitId: 17, table, address: 0, count });

/**
 * The finder looks for the reply to one request and lets all else go, so that it has no events of its own. Here it is asked
 * anew after each reply, and every piece that held none is an event; the bytes come one at a time, as a slow line brings them.
 */
class Asked implements StreamMachine {
  readonly #request: UnitRead;
  #finder: RtuReplyFinder;
  #at = 0;

  constructor(request: UnitRead) {
    this.#request = request;
    this.#finder = new RtuReplyFinder(request);
  }

  push(chunk: Uint8Array): Told[] {
    return Array.from(chunk, (byte) => {
      const reply = this.#finder.push(Uint8Array.of(byte));
      if (reply !== null) this.#finder = new RtuReplyFinder(this.#request);
      return { kind: reply?.kind ?? "nothing", at: this.#at++, bytes: 1 };
    });
  }

  finish(): Told[] {
    return [];
  }
}

const common = {
  words: ["\x11", "\x11\x04", "\x11\x02", "\x11\x84\x02\xc3\x04", "\x04\x20"].map(latin1),
  // More bytes than any reply has, none of which a reply of this unit begins with.
  separators: new Uint8Array(64),
  heldMax: 0,
};
export const MODBUS_RTU: readonly FuzzSubject[] = [
  { ...common, name: "RTU finder of words", golden: [words], open: () => new Asked(read("input-register", 16)) },
  { ...common, name: "RTU finder of bits", golden: [bits], open: () => new Asked(read("discrete-input", 12)) },
];
