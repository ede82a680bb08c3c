/**
 * Replies of the Alaris Asena family, as captured on real pumps: the command's name, then fields parted by `^`.
 *
 *     INF^serial^alarm^mode^rate^ml/h^dose^volume infused^ml^pressure^mmHg^time remaining^log type^log id
 *     ALARM^code^text^
 *
 * Fields are counted from 1 after the name. Of the dose no capture holds a value; it is not mapped.
 */
export const ASENA_INF_FIELD_COUNT = 13;
export const ASENA_ALARM_FIELD_COUNT = 3;
export const ASENA_INF_FIELD = { serial: 1, mode: 3, rate: 4 } as const;

/**
 * The codes by which a pump tells of itself: AC disconnected, communication time-out, drive disengaged, battery empty,
 * internal malfunction, battery low with AC, battery low, pressure disc or transducer. Every other code tells of the
 * infusion or the person behind it, and is counted and nothing else.
 */
export const ASENA_TECHNICAL_CODES: readonly string[] = [
  "AL_ACDIS",
  "AL_COMTO",
  "AL_DRDIS",
  "AL_EMBAT",
  "AL_FAULT",
  "AL_LBTAC",
  "AL_LWBAT",
  "AL_PRDSC",
];
