/**
 * Reports of the Puritan Bennett family, as captured on real ventilators:
 *
 *     MISCF,1225,169 ,<STX>field5,field6,...,field173,<ETX><CR>
 *
 * The second field counts the characters strictly between STX and ETX, the third the data fields. The first data field is
 * number 5, every field ends with a comma, is left-justified and padded with spaces.
 */
export interface ReportLayout {
  /** The report's first field. */
  name: string;
  /** Characters strictly between STX and ETX, commas included. */
  chars: number;
  /** How many data fields there are, the first being REPORT_FIELD_FIRST. */
  fields: number;
  /** Characters of a field without its comma; null where no document tells them, so that commas alone part the fields. */
  width: ((field: number) => number) | null;
  /** Fields about a person's body. They are blanked as soon as a report is taken apart, and no profile may map them. */
  patientFields: readonly number[];
  /** Alarms of the ventilator about itself; these may be told live. */
  technicalFields: readonly number[];
  /** Alarms about the person or the therapy; these are counted and nothing else. */
  clinicalFields: readonly number[];
}

export const REPORT_FIELD_FIRST = 5;

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const WIDTH = 6;
/** Identity 6, date 7, vent type 8, constant during rate change 50, humidification 53, O2 sensor 55, circuit 66. */
const WIDER: Readonly<Record<number, number>> = { 6: 18, 7: 12, 8: 9, 50: 9, 53: 18, 55: 9, 66: 9 };

/** The reply to SNDF: settings, monitored data and every alarm. */
export const MISCF: ReportLayout = {
  name: "MISCF",
  chars: 1225,
  fields: 169,
  width: (field) => WIDER[field] ?? WIDTH,
  // 60 is the ideal body weight; 84 is 85 divided by the weight, so that the two together would tell it.
  patientFields: [60, 84],
  // Field 153 is technical on the 840 and clinical on the 980: that is for a profile to say.
  technicalFields: [...span(113, 116), ...span(121, 123), 127, ...span(137, 152)],
  clinicalFields: [95, ...span(106, 112), ...span(117, 120), ...span(124, 126), ...span(128, 136)],
};

/**
 * The reply to SNDA: settings, monitored data and some alarms. The counts are those of the family's other ventilators, whose
 * report has the same name; a ventilator that announces others is not read.
 */
export const MISCA: ReportLayout = {
  name: "MISCA",
  chars: 706,
  fields: 97,
  width: null,
  patientFields: [],
  technicalFields: [54, 55],
  clinicalFields: [48, ...span(51, 53), 57, 94, 95],
};

export const REPORT_LAYOUTS = {
  "puritan-bennett-sndf": MISCF,
  "puritan-bennett-snda": MISCA,
} as const satisfies Record<string, ReportLayout>;
