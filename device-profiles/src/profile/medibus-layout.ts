/**
 * MEDIBUS and MEDIBUS.X: what the replies to the commands that read are made of. Codes are two upper-case hexadecimal
 * digits. What they mean is taken from the tables of MEDIBUS.X; an older ventilator labels a few of them otherwise.
 *
 *     24 2B  measured data, codepage 1 and 2     25 26  alarm limits of codepage 1, low and high
 *     29     settings                            2C 2D  alarm limits of codepage 2, low and high
 *     27 2E  alarms, codepage 1 and 2            28     date and time     2A  text messages
 */
export const MEDIBUS_READS = ["24", "25", "26", "27", "28", "29", "2A", "2B", "2C", "2D", "2E"] as const;
export type MedibusRead = (typeof MEDIBUS_READS)[number];

/** The replies that list numbers. */
export const MEDIBUS_NUMBER_READS = ["24", "25", "26", "29", "2B", "2C", "2D"] as const;
export type MedibusNumberRead = (typeof MEDIBUS_NUMBER_READS)[number];

/** The replies of codepage 2. A device that does not know it answers as one that has nothing to tell: without data. */
export const MEDIBUS_PAGE_TWO: readonly MedibusRead[] = ["2B", "2C", "2D", "2E"];

/**
 * What tells of a person: age, weight and height among the settings; sex and name among the texts. The codec drops them as
 * a reply is taken apart, and no profile may map one.
 */
export const MEDIBUS_PATIENT_CODES: Readonly<Partial<Record<MedibusRead, readonly string[]>>> = {
  "29": ["4A", "4B", "83"],
  "2A": ["42", "43", "60", "61"],
};

/** The only texts whose words are kept: when the last self-test and the last leakage test were. */
export const MEDIBUS_TEST_DATES: readonly string[] = ["A0", "A1"];

/** Alarms by codepage: 1 is the reply to 27, 2 the reply to 2E. */
export interface MedibusAlarmCodes {
  readonly cp1?: readonly string[];
  readonly cp2?: readonly string[];
}

/** By these a ventilator tells of itself, its supplies and its accessories. */
export const MEDIBUS_TECHNICAL: Required<MedibusAlarmCodes> = {
  cp1: [
    ...[
      "12",
      "13",
      "36",
      "3B",
      "3D",
      "3E",
      "42",
      "43",
      "46",
      "47",
      "48",
      "4B",
      "64",
      "65",
      "67",
      "69",
      "6A",
      "78",
      "7C",
    ],
    ...[
      "9E",
      "9F",
      "A0",
      "A1",
      "A2",
      "A4",
      "A6",
      "A9",
      "AB",
      "AD",
      "AF",
      "B0",
      "B3",
      "B5",
      "B7",
      "B8",
      "B9",
      "BC",
      "BD",
    ],
    ...[
      "BE",
      "C1",
      "C2",
      "C8",
      "C9",
      "CA",
      "CD",
      "CE",
      "D1",
      "D5",
      "D9",
      "E4",
      "E5",
      "E6",
      "E7",
      "EB",
      "EC",
      "ED",
      "EF",
    ],
    ...["F2", "F3", "F4", "FC", "FD", "FE"],
  ],
  cp2: [
    ...[
      "0C",
      "10",
      "1B",
      "31",
      "32",
      "33",
      "34",
      "35",
      "36",
      "37",
      "39",
      "3B",
      "42",
      "50",
      "59",
      "5A",
      "5B",
      "5C",
      "5D",
    ],
    ...[
      "6C",
      "6D",
      "6E",
      "6F",
      "90",
      "91",
      "94",
      "96",
      "9C",
      "A0",
      "A1",
      "A8",
      "AF",
      "B0",
      "B1",
      "B2",
      "B3",
      "B4",
      "B5",
    ],
    ...[
      "B6",
      "B7",
      "B9",
      "C7",
      "C8",
      "C9",
      "CA",
      "CB",
      "D1",
      "D3",
      "D4",
      "D6",
      "D7",
      "D8",
      "D9",
      "EC",
      "ED",
      "F1",
      "F2",
    ],
    ...["FE"],
  ],
};

/** By these it tells of the person, or of the therapy. They are counted and never told one by one. */
export const MEDIBUS_CLINICAL: Required<MedibusAlarmCodes> = {
  cp1: [
    ...[
      "00",
      "08",
      "0D",
      "0E",
      "0F",
      "10",
      "11",
      "18",
      "19",
      "27",
      "28",
      "2E",
      "2F",
      "30",
      "33",
      "37",
      "3A",
      "3C",
      "57",
    ],
    ...[
      "5A",
      "5B",
      "5E",
      "6B",
      "70",
      "90",
      "95",
      "98",
      "9A",
      "9B",
      "A3",
      "A7",
      "A8",
      "AC",
      "AE",
      "BA",
      "BB",
      "BF",
      "C0",
    ],
    ...["C4", "C5", "C7", "CB", "CC", "DA", "E8", "E9", "F1", "F7", "F8", "FA", "FB", "FF"],
  ],
  cp2: [
    ...[
      "0D",
      "14",
      "38",
      "3A",
      "43",
      "44",
      "45",
      "66",
      "67",
      "68",
      "6A",
      "7F",
      "8D",
      "93",
      "98",
      "99",
      "9D",
      "9E",
      "9F",
    ],
    ...[
      "A2",
      "A6",
      "A7",
      "A9",
      "AB",
      "AC",
      "AD",
      "AE",
      "B8",
      "BA",
      "BB",
      "C6",
      "CC",
      "CD",
      "CE",
      "CF",
      "D0",
      "DA",
      "E5",
    ],
    ...["E6", "E7", "E8", "E9", "EA", "EB", "EF", "F3", "F4", "F7", "F8", "F9", "FA", "FB", "FC", "FD", "FF"],
  ],
};

/** No alarm by what they say: warm-up is over; standby, a module warms up, an absorber is there. */
export const MEDIBUS_NOTICES: Required<MedibusAlarmCodes> = { cp1: ["B6"], cp2: ["95", "BE", "D5"] };
