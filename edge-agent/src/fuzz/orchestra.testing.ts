import type { FuzzSubject } from "@wardtwin/infra/test/fuzz";
import { OrchestraFramer } from "../protocol/orchestra-framer.ts";
import { decoderOf, goldenLines, latin1 } from "./material.testing.ts";

const framer: FuzzSubject = {
  name: "Orchestra framer",
  open: () => new OrchestraFramer(),
  golden: goldenLines("orchestra-module-dps.in-use"),
  words: ["\x02", "\x03", "\x05", "\x06", "\x14", "\x15", "1C;", "1E;a", ";", "d0032", "8C\x03"].map(latin1),
  // The first ends a message, the second the refusal that a lone NAK begins.
  separators: latin1("\r\r"),
  heldMax: 2_048,
};

export const ORCHESTRA = [framer, decoderOf(framer, "fresenius/orchestra-module-dps")];
