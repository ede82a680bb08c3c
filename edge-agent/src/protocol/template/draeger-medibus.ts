/**
 * Dräger MEDIBUS: ESC, a command's code, two digits of checksum, CR; an answer begins with SOH instead. Names end in the code.
 *
 * No command here carries an argument, and none configures: what curves a device sends (54), and what it sends unasked (4A),
 * is left as it is. The answers say that a command of the device's was heard, and promise nothing.
 */
export const DRAEGER_MEDIBUS = {
  /** Initialise communication. */
  "draeger-medibus.command-51": "\x1bQ6C\r",
  /** Who are you. */
  "draeger-medibus.command-52": "\x1bR6D\r",
  /** Measured data, codepage 1. */
  "draeger-medibus.command-24": "\x1b$3F\r",
  /** Low alarm limits, codepage 1. */
  "draeger-medibus.command-25": "\x1b%40\r",
  /** High alarm limits, codepage 1. */
  "draeger-medibus.command-26": "\x1b&41\r",
  /** Alarms, codepage 1. */
  "draeger-medibus.command-27": "\x1b'42\r",
  /** Date and time. */
  "draeger-medibus.command-28": "\x1b(43\r",
  /** Settings. */
  "draeger-medibus.command-29": "\x1b)44\r",
  /** Text messages. */
  "draeger-medibus.command-2A": "\x1b*45\r",
  /** Measured data, codepage 2. */
  "draeger-medibus.command-2B": "\x1b+46\r",
  /** Low alarm limits, codepage 2. */
  "draeger-medibus.command-2C": "\x1b,47\r",
  /** High alarm limits, codepage 2. */
  "draeger-medibus.command-2D": "\x1b-48\r",
  /** Alarms, codepage 2. */
  "draeger-medibus.command-2E": "\x1b.49\r",
  /** No operation: we are still here. */
  "draeger-medibus.command-30": "\x1b04B\r",
  /** Stop: we ask no more. */
  "draeger-medibus.command-55": "\x1bU70\r",

  /** What we are, for a device that asks: MEDIBUS's number for a host, our name, and the revision that we speak. */
  "draeger-medibus.answer-52": "\x01R0161'Wardtwin'01.00:06.00D6\r",
  /** A command came corrupt. */
  "draeger-medibus.answer-15": "\x01\x1516\r",
  /** Every other command is answered by its code alone. */
  "draeger-medibus.answer-23": "\x01#24\r",
  "draeger-medibus.answer-24": "\x01$25\r",
  "draeger-medibus.answer-25": "\x01%26\r",
  "draeger-medibus.answer-26": "\x01&27\r",
  "draeger-medibus.answer-27": "\x01'28\r",
  "draeger-medibus.answer-28": "\x01(29\r",
  "draeger-medibus.answer-29": "\x01)2A\r",
  "draeger-medibus.answer-2A": "\x01*2B\r",
  "draeger-medibus.answer-2B": "\x01+2C\r",
  "draeger-medibus.answer-2C": "\x01,2D\r",
  "draeger-medibus.answer-2D": "\x01-2E\r",
  "draeger-medibus.answer-2E": "\x01.2F\r",
  "draeger-medibus.answer-30": "\x01031\r",
  "draeger-medibus.answer-49": "\x01I4A\r",
  "draeger-medibus.answer-4A": "\x01J4B\r",
  "draeger-medibus.answer-51": "\x01Q52\r",
  "draeger-medibus.answer-53": "\x01S54\r",
  "draeger-medibus.answer-54": "\x01T55\r",
  "draeger-medibus.answer-55": "\x01U56\r",
  "draeger-medibus.answer-56": "\x01V57\r",
  "draeger-medibus.answer-6C": "\x01l6D\r",
  "draeger-medibus.answer-6D": "\x01m6E\r",
} as const;
