import type { FuzzSubject } from "@wardtwin/infra/test/fuzz";
import { OrchestraFramer } from "../protocol/orchestra-framer.ts";
import { decoderOf, goldenLines, latin1 } from "./material.testing.ts";

const framer: FuzzSubject = {
  name: "Orchestra framer",
  open: () => new OrchestraFramer(),
  golden: goldenLines("orchestra-module-dps.in-use"),
  words: ["\x02", "\x03", "\x05", "\x06", "\x14", "\x15", "\x152", "1C;d0032", "\x021C8B\x03", "AB\x03"].map(latin1),
  separators: latin1("\x03"),
  heldMax: 2_048,
};

export const ORCHESTRA = [framer, decoderOf(framer, "fresenius/orchestra-module-dps")];
