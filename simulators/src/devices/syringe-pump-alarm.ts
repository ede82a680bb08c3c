/**
 * Alarms of an Alaris Asena syringe pump by mnemonic, with the text on its screen. Source of the codes: fact sheet
 * alaris-asena-gh.md, section 4. Of the texts only OCCLUSION was seen; the others are plain words of ours.
 */
const TEXTS = {
  AL_NOALM: "",
  AL_ACDIS: "AC POWER FAIL",
  AL_CALLB: "ATTENTION",
  AL_COMTO: "COMMS TIMEOUT",
  AL_LDSCN: "LINE DISCONNECTED",
  AL_DRDIS: "DRIVE DISENGAGED",
  AL_EMBAT: "BATTERY EMPTY",
  AL_EOIKV: "END OF INFUSION KVO",
  AL_EOIST: "END OF INFUSION",
  AL_FAULT: "MALFUNCTION",
  AL_LBTAC: "LOW BATTERY AC",
  AL_LWBAT: "LOW BATTERY",
  AL_OCCLU: "OCCLUSION",
  AL_NEOIN: "NEAR END OF INFUSION",
  AL_PRDSC: "PRESSURE DISC",
  AL_RHIGH: "RATE HIGH",
  AL_SYRCO: "CHECK SYRINGE",
  AL_TCITG: "TCI TARGET",
  AL_TITCA: "TITRATION CALL",
  AL_TITNC: "TITRATION NOT CONFIRMED",
  AL_VTBIC: "VTBI COMPLETE",
  AL_VTBIK: "VTBI KVO",
  AL_VTBIS: "VTBI STOP",
} as const;

export type AlarmCode = keyof typeof TEXTS;
const isAlarmCode = (word: string): word is AlarmCode => Object.hasOwn(TEXTS, word);
export const ALARM_CODES: readonly AlarmCode[] = Object.keys(TEXTS).filter(isAlarmCode);
export const alarmText = (code: AlarmCode): string => TEXTS[code];
