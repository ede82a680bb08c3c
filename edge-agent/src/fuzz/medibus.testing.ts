import type { FuzzSubject } from "@wardtwin/infra/test/fuzz";
import { MedibusFramer } from "../protocol/medibus-framer.ts";
import { decoderOf, goldenLines, latin1 } from "./material.testing.ts";

const framer: FuzzSubject = {
  name: "MEDIBUS framer",
  open: () => new MedibusFramer(),
  golden: goldenLines("evita-v500.exchanges"),
  words: [
    "\x01",
    "\x1b",
    "\r",
    "\x11",
    "\x13",
    "\x03",
    "\xd3",
    "\xc6\xc0",
    "\xcf\xc0",
    "\x92\x91",
    "\x01$7D",
    "\x1bQ6C\r",
  ].map(latin1),
  // One ends a command within a frame, the other the frame.
  separators: latin1("\r\r"),
  // A response, a command within it, noise before them, and a record or stray bytes of the fast data.
  heldMax: 4_096 + 256 + 2_048 + 2_048,
  interleaves: true,
};

export const MEDIBUS = [
  framer,
  // After another model named itself, what is heard is a fault until the profile's own names itself again.
  decoderOf(framer, "draeger/evita-v500", ({ bytes }) => bytes),
];
