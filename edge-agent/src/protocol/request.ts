/**
 * Every byte string that may leave a serial line, by name. A link takes the name and looks the bytes up here, so that
 * nothing else can be sent: no profile, no setting and no message of the cloud adds to this list.
 */
export const REQUESTS = {
  /** Puritan Bennett: send settings, monitored data and alarm status once. */
  "puritan-bennett.report": "SNDF\r",
  // Alaris Asena: `!`, the command without an argument, `|`, its CRC-16/CCITT-FALSE, CR. An argument would set something.
  "alaris-asena.serial-number": "!INST_SERIALNO|457D\r",
  "alaris-asena.protocol": "!COMMS_PROTOCOL|E8DA\r",
  "alaris-asena.response-max": "!COMMS_RESPONSE_MAX|7E29\r",
  "alaris-asena.infusion": "!INF|4961\r",
  "alaris-asena.alarm": "!ALARM|50B2\r",
  /** Known and read-only; no poll asks it, for the brand and size of a syringe tell nothing of the pump. */
  "alaris-asena.syringe": "!SYRINGE_STATUS|4102\r",
} as const;

export type RequestName = keyof typeof REQUESTS;
export type AsenaRequestName = Extract<RequestName, `alaris-asena.${string}`>;

/** The bytes behind a name. A name that is not on the list is a bug of the caller's, and not one byte leaves for it. */
export function requestBytes(name: RequestName): Uint8Array {
  if (!Object.hasOwn(REQUESTS, name)) throw new Error(`no request is called ${name}`);
  return new TextEncoder().encode(REQUESTS[name]);
}

/** The command's name in an Asena request; a reply repeats it. */
export const asenaCommand = (name: AsenaRequestName): string => REQUESTS[name].slice(1, REQUESTS[name].indexOf("|"));
