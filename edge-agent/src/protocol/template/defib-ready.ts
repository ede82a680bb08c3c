/** DEFIB-READY/1: the one question that its host may ask, with its CRC-16/CCITT-FALSE, and the two answers to a report. */
export const DEFIB_READY = {
  "defib-ready.report": "\x02RPT?|479A\x03\r\n",
  "defib-ready.report-taken": "\x06",
  "defib-ready.report-refused": "\x15",
} as const;
