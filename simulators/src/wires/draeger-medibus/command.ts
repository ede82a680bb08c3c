/**
 * Commands of MEDIBUS by code, and which of them only read.
 * Source: fact sheet draeger-medibus.md, section 3, "Command codes".
 */
export const COMMAND = {
  alarms3: 0x23,
  measured1: 0x24,
  lowLimits1: 0x25,
  highLimits1: 0x26,
  alarms1: 0x27,
  clock: 0x28,
  settings: 0x29,
  texts: 0x2a,
  measured2: 0x2b,
  lowLimits2: 0x2c,
  highLimits2: 0x2d,
  alarms2: 0x2e,
  keepAlive: 0x30,
  timeChanged: 0x49,
  initialise: 0x51,
  identify: 0x52,
  realtimeConfiguration: 0x53,
  configureRealtime: 0x54,
  stop: 0x55,
  realtimeChanged: 0x56,
} as const;

/** The answer to a frame that is not whole. */
export const NAK = 0x15;

/** The requests for data, in the order of their codes. */
export const DATA_COMMANDS = [
  COMMAND.alarms3,
  COMMAND.measured1,
  COMMAND.lowLimits1,
  COMMAND.highLimits1,
  COMMAND.alarms1,
  COMMAND.clock,
  COMMAND.settings,
  COMMAND.texts,
  COMMAND.measured2,
  COMMAND.lowLimits2,
  COMMAND.highLimits2,
  COMMAND.alarms2,
] as const;
export type DataCommand = (typeof DATA_COMMANDS)[number];
export const isDataCommand = (code: number): code is DataCommand => DATA_COMMANDS.some((known) => known === code);

/** What a device says of its own accord, and a host has to answer. */
const OF_DEVICE: readonly number[] = [
  COMMAND.initialise,
  COMMAND.identify,
  COMMAND.keepAlive,
  COMMAND.timeChanged,
  COMMAND.realtimeChanged,
];

const READING: readonly number[] = [
  ...DATA_COMMANDS,
  COMMAND.keepAlive,
  COMMAND.initialise,
  COMMAND.identify,
  COMMAND.realtimeConfiguration,
  COMMAND.stop,
];

/** Whether a host's command changes nothing of the device: a known one without arguments that reads or keeps the session. */
export const isReading = (code: number, data: string): boolean => READING.includes(code) && data === "";

/** Whether a host's response can be one to something that a device says. */
export const isAnswer = (code: number): boolean => code === NAK || OF_DEVICE.includes(code);
