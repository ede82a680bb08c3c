/** Alaris Asena: `!`, the command without an argument, `|`, its CRC-16/CCITT-FALSE, CR. An argument would set something. */
export const ALARIS_ASENA = {
  "alaris-asena.serial-number": "!INST_SERIALNO|457D\r",
  "alaris-asena.protocol": "!COMMS_PROTOCOL|E8DA\r",
  "alaris-asena.response-max": "!COMMS_RESPONSE_MAX|7E29\r",
  "alaris-asena.infusion": "!INF|4961\r",
  "alaris-asena.alarm": "!ALARM|50B2\r",
  /** Known and read-only; no poll asks it, for the brand and size of a syringe tell nothing of the pump. */
  "alaris-asena.syringe": "!SYRINGE_STATUS|4102\r",
} as const;
