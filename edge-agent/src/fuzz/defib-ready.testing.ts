import type { FuzzSubject } from "@wardtwin/infra/test/fuzz";
import { DefibReadyFramer } from "../protocol/defib-ready-framer.ts";
import { decoderOf, goldenLines, latin1 } from "./material.testing.ts";

const framer: FuzzSubject = {
  name: "DEFIB-READY framer",
  open: () => new DefibReadyFramer(),
  // The last line is the host's acknowledgement, which is no frame.
  golden: goldenLines("defib-ready-1-serial.report").slice(0, -1),
  words: ["\x02", "\x03", "\r\n", "|", "HDR,1,", "TST,ENERGY,", "\x02END,PASS,5|BF74\x03\r\n", "END,PASS,"].map(latin1),
  separators: latin1("\r"),
  heldMax: 2_048,
};

/** What an END means hangs on the lines before it: a golden one comes again as an event, whatever it ends. */
const decoder: FuzzSubject = {
  ...decoderOf(framer, "wardtwin-synthetic/defib-ready-1-serial"),
  essence: ({ bytes }) => ({ bytes }),
};

export const DEFIB_READY = [framer, decoder];
