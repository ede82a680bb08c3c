import { type AlarmCode, alarmText } from "../../devices/syringe-pump-alarm.ts";

/** What a pump can be asked about at one moment. */
export interface PumpState {
  serial: string;
  firmware: string;
  alarm: AlarmCode;
  rateMlPerH: number;
  infusedMl: number;
  pressureMmHg: number;
  /** Volume still to be infused; null where none is set. */
  toInfuseMl: number | null;
  /** Until that volume is in; infinite where there is no such end. */
  remainingH: number;
  eventId: number;
}

const two = (value: number): string => String(value).padStart(2, "0");

function remainingText(remainingH: number): string {
  if (remainingH >= 24) return "24+";
  const seconds = Math.floor(remainingH * 3600);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
}

/**
 * The fields of each reply. Source: fact sheet alaris-asena-gh.md, sections 2, 3 and 6. The sheet knows one mode word,
 * SET, and no form for a volume that is not set: DEACT stands in its place as it does in the command that clears it.
 */
const FIELDS = {
  INST_SERIALNO: ({ serial }) => [serial],
  COMMS_PROTOCOL: ({ firmware }) => [`Asena Rev ${firmware}`],
  COMMS_RESPONSE_MAX: () => ["4000", "ms"],
  INF: (pump) => [
    pump.serial,
    pump.alarm === "AL_NOALM" ? "-" : pump.alarm,
    "SET",
    pump.rateMlPerH.toFixed(2),
    "ml/h",
    "",
    pump.infusedMl.toFixed(3),
    "ml",
    pump.pressureMmHg.toFixed(2),
    "mmHg",
    remainingText(pump.remainingH),
    "EVENT",
    String(pump.eventId),
  ],
  ALARM: ({ alarm }) => (alarm === "AL_NOALM" ? [alarm, " ", " "] : [alarm, alarmText(alarm), ""]),
  SYRINGE_STATUS: () => ["BD PLASTIPAK", " 50", "CONF"],
  INF_RATE: ({ rateMlPerH }) => [rateMlPerH.toFixed(2), "ml/h"],
  INF_VI: ({ infusedMl }) => [infusedMl.toFixed(3), "ml"],
  INF_VTBI: ({ toInfuseMl }) => [toInfuseMl === null ? "DEACT" : "ACTIV", (toInfuseMl ?? 0).toFixed(3), "ml", "STOP"],
  INF_RATE_MAX_SYRINGE: () => ["1200.00", "ml/h"],
} as const satisfies Record<string, (pump: PumpState) => readonly string[]>;

/** The commands that only read. They take no arguments: with arguments, some of them set what they else tell. */
export type ReadCommand = keyof typeof FIELDS;
export const isReadCommand = (message: string): message is ReadCommand => Object.hasOwn(FIELDS, message);
export const READ_COMMANDS: readonly ReadCommand[] = Object.keys(FIELDS).filter(isReadCommand);

/** What a pump must tell before remote control can be asked for: the code for that is made of its serial number. */
export const isOpening = (command: ReadCommand): boolean =>
  ["INST_SERIALNO", "COMMS_PROTOCOL", "COMMS_RESPONSE_MAX"].includes(command);

/** The message in answer to a reading. */
export const replyMessage = (command: ReadCommand, pump: PumpState): string =>
  [command, ...FIELDS[command](pump)].join("^");
