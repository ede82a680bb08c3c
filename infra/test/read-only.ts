/**
 * What may leave a gateway, written a second time from the protocols' sheets. It shares nothing with the agent, so that a
 * request which is not for reading is found wherever it comes from.
 */

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const hex2 = (value: number): string => (value & 0xff).toString(16).toUpperCase().padStart(2, "0");
const sumOf = (text: string): number => latin1(text).reduce((sum, byte) => sum + byte, 0);

/** CRC-16, most significant bit first, polynomial 1021h, begun with FFFFh. */
function crcCcitt(text: string): string {
  let crc = 0xffff;
  for (const byte of latin1(text)) {
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = ((crc >> 15) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0xffff) ^ (feedback * 0x1021);
    }
  }
  return hex2(crc >> 8) + hex2(crc);
}

/** CRC-16 of Modbus over serial lines: reflected polynomial A001h, begun with FFFFh, low byte first. */
function crcModbus(bytes: Uint8Array): [number, number] {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return [crc & 0xff, crc >> 8];
}

/** `!` message `|` CRC CR. */
export const asenaFrame = (message: string): string => `!${message}|${crcCcitt(message)}\r`;
/** ESC or SOH, a code and its data, the sum of all that in two digits, CR. */
export const medibusFrame = (text: string): string => `${text}${hex2(sumOf(text))}\r`;
/** STX, a slot and a message, FFh less the sum of that in two digits, ETX. */
export const orchestraFrame = (text: string): string => `\x02${text}${hex2(0xff - (sumOf(text) & 0xff))}\x03`;

/** Unit, function and data, CRC-16, low byte first. */
export const rtuFrame = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.from(crcModbus(bytes))]);

/** Asena: the commands that its sheet calls read-only, each without arguments. */
const ASENA_READS = [
  "INST_SERIALNO",
  "COMMS_PROTOCOL",
  "COMMS_RESPONSE_MAX",
  "INF",
  "INF_RATE",
  "INF_VI",
  "INF_VTBI",
  "INF_RATE_MAX_SYRINGE",
  "SYRINGE_STATUS",
  "ALARM",
];
const ASENA_CONTROLS = [
  "REMOTE_CTRL",
  "REMOTE_CTRL^ENABLED^3CC1",
  "REMOTE_CFG",
  "REMOTE_CFG^ENABLED^3CC1",
  "INF_START",
  "INF_STOP",
  "INF_RATE^10.00^ml/h",
  "INF_VTBI^ACTIV^11.000^ml^STOP",
  "INF_VTBI^DEACT",
  "INF_BOLUS",
  "INF_BOLUS^ENABLED",
  "INF_VI_CLEAR",
  "REMQUERY",
  "REMQUERY^DEACT",
];

/** MEDIBUS: data, limits, alarms, time, text, keep-alive, begin, who are you, what curves are there, stop. No arguments. */
const MEDIBUS_READS = "$%&'()*+,-.0QRSU";
/** A command of the device's is answered by its code alone, whatever it was: an answer asks for nothing. */
const MEDIBUS_ANSWERS = `#${MEDIBUS_READS}IJTVlm`;
/** Asked who it is, a host tells its number, 0161, its name, and its revision. */
const MEDIBUS_WHO = /^R0161'[\w -]{1,20}'[0-9.:]{11}$/;
const MEDIBUS_CONTROLS = ["\x1bT", "\x1bT00010101", "\x1bT0001", "\x1bJ", "\x1bJ2427292A", "\x1bI", "\x1bV"];

const SLOTS = [..."0123456789"];
/** Orchestra: open and close a session, read variables, and say that what came unasked was heard. */
const ORCHESTRA_READ = /^[0-9](DC|FC|LE;[a-z]{1,12}|E|M)$/;
const ORCHESTRA_CONTROLS = [
  "MO;1",
  "MO;2",
  "PR",
  "PO",
  "PB",
  "PF",
  "PV",
  "PP",
  "PS",
  "RZ",
  "OF",
  "SI",
  "RV",
  "EP",
  "EN",
];

/** The frames of each serial protocol that read. The name is how the agent's list of requests begins. */
const READS: Readonly<Record<string, (frame: string) => boolean>> = {
  "puritan-bennett": (frame) => frame === "SNDF\r" || frame === "SNDA\r",
  "alaris-asena": (frame) => ASENA_READS.some((command) => frame === asenaFrame(command)),
  "draeger-medibus": (frame) => {
    const text = frame.slice(0, -3);
    if (frame !== medibusFrame(text)) return false;
    if (text === "\x01\x15" || (text[0] === "\x01" && MEDIBUS_WHO.test(text.slice(1)))) return true;
    return text.length === 2 && (text[0] === "\x1b" ? MEDIBUS_READS : MEDIBUS_ANSWERS).includes(text[1] ?? "\0");
  },
  "fresenius-orchestra": (frame) => {
    if (["\x06", "\x14", "\x152"].includes(frame)) return true;
    const text = frame.slice(1, -3);
    return frame === orchestraFrame(text) && ORCHESTRA_READ.test(text);
  },
  "defib-ready": (frame) => ["\x02RPT?|479A\x03\r\n", "\x06", "\x15"].includes(frame),
};
export const SERIAL_LANGUAGES: readonly string[] = Object.keys(READS);

/** Whether a frame of a serial protocol reads, and does nothing else. A language that nobody knows has no such frame. */
export const isReading = (language: string, frame: string): boolean => READS[language]?.(frame) ?? false;

/** Whole frames that control a device or set something in it, from all sheets. */
export const CONTROL_FRAMES: readonly string[] = [
  ...ASENA_CONTROLS.map(asenaFrame),
  ...MEDIBUS_CONTROLS.map(medibusFrame),
  ...SLOTS.flatMap((slot) => ORCHESTRA_CONTROLS.map((command) => orchestraFrame(`${slot}${command}`))),
  "RSET\r",
];
/** The same by their commands, as a name or a setting might bring them. */
export const CONTROL_COMMANDS: readonly string[] = [
  ...ASENA_CONTROLS,
  ...MEDIBUS_CONTROLS,
  ...ORCHESTRA_CONTROLS,
  "RSET",
];

/** Modbus: read coils, discrete inputs, holding registers, input registers. */
const MODBUS_READS: readonly number[] = [1, 2, 3, 4];
/**
 * Of OPC UA's messages the type alone is in clear: hello, open and close a channel, what the server has to judge, and the
 * error with which an end gives a broken connection up.
 */
const OPC_UA_TYPES: readonly string[] = ["HEL", "OPN", "MSG", "CLO", "ERR"];

/** How long the reading frame at an offset is; null where there is none. */
type FrameLength = (sent: Buffer, at: number) => number | null;

const LANGUAGES: Readonly<Record<string, FrameLength>> = {
  ...Object.fromEntries(SERIAL_LANGUAGES.map((language) => [language, serialFrame(language)])),
  "modbus-tcp": (sent, at) => {
    // Transaction, protocol 0, six more bytes: unit, function, address, count.
    if (at + 12 > sent.length || sent.readUInt16BE(at + 2) !== 0 || sent.readUInt16BE(at + 4) !== 6) return null;
    return MODBUS_READS.includes(sent[at + 7] ?? -1) ? 12 : null;
  },
  "modbus-rtu": (sent, at) => {
    if (at + 8 > sent.length || !MODBUS_READS.includes(sent[at + 1] ?? -1)) return null;
    const [low, high] = crcModbus(sent.subarray(at, at + 6));
    return sent[at + 6] === low && sent[at + 7] === high ? 8 : null;
  },
  "opc-ua": (sent, at) => {
    if (at + 8 > sent.length || !OPC_UA_TYPES.includes(sent.toString("latin1", at, at + 3))) return null;
    const length = sent.readUInt32LE(at + 4);
    return at + length <= sent.length && length >= 8 ? length : null;
  },
};
export const LANGUAGE_NAMES: readonly string[] = Object.keys(LANGUAGES);

/** No reading frame of a serial protocol is longer. */
const SERIAL_BYTES_MAX = 64;

function serialFrame(language: string): FrameLength {
  return (sent, at) => {
    for (let length = Math.min(SERIAL_BYTES_MAX, sent.length - at); length > 0; length--) {
      if (isReading(language, sent.toString("latin1", at, at + length))) return length;
    }
    return null;
  };
}

/**
 * Looks through everything that left a port.
 * @param language whose frames they are, by SERIAL_LANGUAGES and the wires beside them
 * @returns null where it is reading frames from beginning to end, else where the first other byte stands
 */
export function foreignBytes(language: string, sent: Uint8Array): string | null {
  const bytes = Buffer.from(sent);
  const frame = LANGUAGES[language];
  if (frame === undefined) return `nobody knows the language ${language}`;
  for (let at = 0; at < bytes.length; ) {
    const length = frame(bytes, at);
    if (length === null) return `at ${at} of ${language}: ${bytes.toString("hex", at, at + 40)}`;
    at += length;
  }
  return null;
}
