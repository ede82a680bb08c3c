import { REPORT_LAYOUTS } from "@wardtwin/device-profiles/profile/puritan-bennett-layout";
import type { FuzzSubject } from "@wardtwin/infra/test/fuzz";
import { ReportFramer } from "../protocol/report-framer.ts";
import { decoderOf, goldenFrame, latin1 } from "./material.testing.ts";

const common = {
  words: ["MISCF,1225,169 ,\x02", "MISCA,706,97 ,\x02", "\x02", "\x03", "\r", ",", "SNDF\r", "NORMAL,", "      ,"].map(
    latin1,
  ),
  // A body that broke off ends at the first byte that is no text.
  separators: latin1("\r"),
  // One report and its header, or noise up to the limit at which it is told.
  heldMax: 2_200,
};
const sndf: FuzzSubject = {
  ...common,
  name: "SNDF framer",
  open: () => new ReportFramer(REPORT_LAYOUTS["puritan-bennett-sndf"]),
  golden: [goldenFrame("puritan-bennett-840.in-use"), goldenFrame("puritan-bennett-840.bench")],
};
const snda: FuzzSubject = {
  ...common,
  name: "SNDA framer",
  open: () => new ReportFramer(REPORT_LAYOUTS["puritan-bennett-snda"]),
  golden: [goldenFrame("puritan-bennett-840-snda.in-use")],
};

export const SNDF = [sndf, decoderOf(sndf, "puritan-bennett/840")];
export const SNDA = [snda, decoderOf(snda, "puritan-bennett/840-snda")];
