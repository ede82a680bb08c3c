import type { FuzzSubject } from "@wardtwin/infra/test/fuzz";
import { AsenaFramer } from "../protocol/asena-framer.ts";
import { decoderOf, goldenLines, latin1 } from "./material.testing.ts";

const framer: FuzzSubject = {
  name: "Asena framer",
  open: () => new AsenaFramer(),
  golden: goldenLines("alaris-asena-gh.in-use"),
  words: ["!", "|", "^", "\r", "\x1b", "!INF|4961\r", "INF^", "A13E\r"].map(latin1),
  separators: latin1("\x1b"),
  heldMax: 2_048,
};

export const ASENA = [framer, decoderOf(framer, "alaris/asena-gh")];
