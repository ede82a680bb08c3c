import {
  MEDIBUS_PATIENT_CODES,
  MEDIBUS_TEST_DATES,
  type MedibusNumberRead,
  type MedibusRead,
} from "../profile/medibus-layout.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, identityText } from "./decoded.ts";

const CODE_CHARS = 2;
/** One priority, the code, a phrase of 12 characters. */
const ALARM_CHARS = 15;
/** A text's length is told as a character, 0 being "0". */
const LENGTH_ZERO = 0x30;
const ETX = "\x03";

/** Two hexadecimal digits, in which a space stands for 0; null where there are none. */
function codeAt(data: string, at: number): string | null {
  const code = data.slice(at, at + CODE_CHARS).replaceAll(" ", "0");
  return /^[0-9A-F]{2}$/.test(code) ? code : null;
}

const isOfPerson = (read: MedibusRead, code: string): boolean => MEDIBUS_PATIENT_CODES[read]?.includes(code) === true;

/** The values that a reply lists, by code, as they stand there. What tells of a person is left out. */
export function medibusNumbers(read: MedibusNumberRead, data: string): Result<ReadonlyMap<string, string>, CodecFault> {
  const chars = CODE_CHARS + (read === "29" ? 5 : 4);
  if (data.length % chars !== 0) return fail("codec.field-width");
  const values = new Map<string, string>();
  for (let at = 0; at < data.length; at += chars) {
    const code = codeAt(data, at);
    if (code === null) return fail("codec.character");
    if (!isOfPerson(read, code)) values.set(code, data.slice(at + CODE_CHARS, at + chars));
  }
  return ok(values);
}

/** The codes of the alarms that are active. Phrases and priorities are left where they are. */
export function medibusAlarms(data: string): Result<ReadonlySet<string>, CodecFault> {
  if (data.length % ALARM_CHARS !== 0) return fail("codec.field-width");
  const codes = new Set<string>();
  for (let at = 0; at < data.length; at += ALARM_CHARS) {
    const code = codeAt(data, at + 1);
    if (code === null) return fail("codec.character");
    codes.add(code);
  }
  return ok(codes);
}

/**
 * The codes of the texts that are active, each with "". Only the date of a test keeps its words: what else a text may hold
 * is nothing for a twin, and of some nobody knows whether it names a person.
 */
export function medibusTexts(data: string): Result<ReadonlyMap<string, string>, CodecFault> {
  const texts = new Map<string, string>();
  for (let at = 0; at < data.length; ) {
    const code = codeAt(data, at);
    if (code === null) return fail("codec.character");
    const length = data.charCodeAt(at + CODE_CHARS) - LENGTH_ZERO;
    const begin = at + CODE_CHARS + 1;
    // A length that is missing is NaN, and no ETX stands there.
    if (!(length >= 0) || data[begin + length] !== ETX) return fail("codec.field-width");
    if (!isOfPerson("2A", code)) {
      texts.set(code, MEDIBUS_TEST_DATES.includes(code) ? data.slice(begin, begin + length) : "");
    }
    at = begin + length + 1;
  }
  return ok(texts);
}

/** Who answers: its number in four hexadecimal digits, its name, and the versions of its software and of its MEDIBUS. */
export interface MedibusIdentification {
  id: string;
  name: string;
  software: string | undefined;
}

/** Takes the reply to 52 apart: `8055'Evita V500'02.51:06.00`. */
export function medibusIdentification(data: string): Result<MedibusIdentification, CodecFault> {
  const [, id, name = "", revision = ""] = /^([0-9A-F ]{4})'([^']*)'(.*)$/s.exec(data) ?? [];
  const clean = identityText(name);
  if (id === undefined || clean === undefined) return fail("codec.layout");
  return ok({ id: id.replaceAll(" ", "0"), name: clean, software: identityText(revision.split(":")[0] ?? "") });
}
