import type { DefibReadyMapping, DefibReadyProfile } from "../profile/defib-ready-serial.ts";
import { type MetricName, metricTerm } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, identityText, judged, scaled } from "./decoded.ts";

export interface DefibReadyHeader {
  /** The device counts its reports. */
  sequence: number;
  model: string;
  serial: string;
  firmware: string;
  /** The device's own time in ms since 1970 UTC; NaN where it cannot be read. */
  timeMs: number;
}

export interface DefibReadyTest {
  name: string;
  setting: string;
  value: string;
  unit: string;
  verdict: string;
}

/** One line of a report, or the host's question for one. */
export type DefibReadyLine =
  | { is: "header"; header: DefibReadyHeader }
  | { is: "test"; test: DefibReadyTest }
  | { is: "end"; verdict: string; count: number }
  | { is: "query" };

/** A whole report: evidence with a time of its own. */
export interface DefibReadyReport {
  header: DefibReadyHeader;
  tests: readonly DefibReadyTest[];
  verdict: string;
}

const PASS = "PASS";
const FAIL = "FAIL";

/**
 * Takes a line apart.
 *
 * @param payload what stands between STX and `|`
 */
export function splitDefibReady(payload: string): Result<DefibReadyLine, CodecFault> {
  if (payload === "RPT?") return ok({ is: "query" });
  const [kind, ...fields] = payload.split(",").map((field) => field.trim());
  switch (kind) {
    case "HDR":
      return headerOf(fields);
    case "TST": {
      const [name = "", setting = "", value = "", unit = "", verdict = ""] = fields;
      return fields.length === 5
        ? ok({ is: "test", test: { name, setting, value, unit, verdict } })
        : fail("codec.field-count");
    }
    case "END": {
      const [verdict = "", count = ""] = fields;
      return fields.length === 2 ? ok({ is: "end", verdict, count: wholeNumber(count) }) : fail("codec.field-count");
    }
    default:
      return fail("codec.command");
  }
}

function headerOf(fields: readonly string[]): Result<DefibReadyLine, CodecFault> {
  // The last field says why the tests ran; whatever the reason, the report says what they found.
  const [sequence = "", model = "", serial = "", firmware = "", time = ""] = fields;
  if (fields.length !== 6) return fail("codec.field-count");
  if (identityText(serial) === undefined) return fail("codec.layout");
  return ok({
    is: "header",
    header: { sequence: wholeNumber(sequence), model, serial, firmware, timeMs: utcMs(time) },
  });
}

const wholeNumber = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

/**
 * Puts a report together, if it is whole: END counts the lines before it, and a report that passed holds no test that did
 * not. One that failed may have a reason that no test tells.
 */
export function reportOf(
  header: DefibReadyHeader,
  tests: readonly DefibReadyTest[],
  end: { verdict: string; count: number },
): Result<DefibReadyReport, CodecFault> {
  if (end.count !== tests.length + 1) return fail("codec.line-count");
  const contradicted = end.verdict === PASS && tests.some(({ verdict }) => verdict !== PASS);
  return contradicted ? fail("codec.verdict") : ok({ header, tests, verdict: end.verdict });
}

/**
 * Which of two reports speaks for the device now. A stored one may come late: it has both the lower number and the earlier
 * time. Where the two disagree, as after a clock was set or a counter cleared, the one that came last does.
 */
export function newerReport(before: DefibReadyReport | null, now: DefibReadyReport): DefibReadyReport {
  if (before === null || before.header.serial !== now.header.serial) return now;
  const isOlder = now.header.sequence <= before.header.sequence && now.header.timeMs < before.header.timeMs;
  return isOlder ? before : now;
}

/** The gateway's own time: UTC, and the local time in ms as if its zone were UTC. */
export interface GatewayTime {
  wallMs: number;
  localMs: number;
}

/**
 * What a report says by its profile, at the gateway's time: its age grows, and the days to an expiry shrink, however often it
 * is told again. A header whose time is ahead of the gateway's has an implausible age. The operating state is not told.
 */
export function decodeDefibReady(profile: DefibReadyProfile, report: DefibReadyReport, now: GatewayTime): Decoded {
  const { model, serial, firmware } = report.header;
  // The keys of a profile's metrics are metric names by its type.
  const mappings = Object.entries(profile.metrics) as [MetricName, DefibReadyMapping][];
  return {
    identity: {
      ...named("model", model),
      ...named("serial", serial),
      ...named("firmware", firmware),
    },
    operatingState: null,
    readings: mappings.map(([metric, mapping]) => readingOf(metric, mapping, report, now)),
  };
}

function named(field: "model" | "serial" | "firmware", text: string): { [Field in typeof field]?: string } {
  const told = identityText(text);
  return told === undefined ? {} : { [field]: told };
}

const MS_PER_H = 3_600_000;
const MS_PER_D = 86_400_000;

function readingOf(
  metric: MetricName,
  mapping: DefibReadyMapping,
  report: DefibReadyReport,
  now: GatewayTime,
): Reading {
  switch (mapping.as) {
    case "report-age":
      // Rounded down, so that a time which is ahead by a second is not taken for now.
      return judged(metric, Math.floor((now.wallMs - report.header.timeMs) / (MS_PER_H / 100)) / 100, mapping);
    case "report-verdict": {
      const word = mapping.words[report.verdict] ?? mapping.otherwise;
      return judged(metric, metricTerm(metric).codes?.indexOf(word) ?? Number.NaN, mapping);
    }
    default: {
      const tests = report.tests.filter(({ name }) => name === mapping.test);
      const [first] = tests;
      // A report without this test says nothing of it.
      if (first === undefined) return judged(metric, null, mapping);
      return judged(metric, numberOf(mapping, first, tests, now), mapping);
    }
  }
}

function numberOf(
  mapping: Exclude<DefibReadyMapping, { as: "report-age" | "report-verdict" }>,
  first: DefibReadyTest,
  tests: readonly DefibReadyTest[],
  { localMs }: GatewayTime,
): number {
  switch (mapping.as) {
    case "value":
      return isAsked(first, mapping) ? scaled(decimal(first.value), mapping.scale) : Number.NaN;
    case "setting":
      return scaled(decimal(first.setting), mapping.scale);
    case "verdict":
      return verdictOf(tests);
    case "days-until": {
      const days = dayOf(first.value) - Math.floor(localMs / MS_PER_D);
      return first.unit === mapping.unit ? days : Number.NaN;
    }
  }
}

const isAsked = ({ unit, setting }: DefibReadyTest, mapping: DefibReadyMapping & { as: "value" }): boolean =>
  unit === mapping.unit && (mapping.atSetting === undefined || decimal(setting) === mapping.atSetting);

/** 1 while any failed, 0 when all passed, NaN for a word that is neither. */
function verdictOf(tests: readonly DefibReadyTest[]): number {
  if (tests.some(({ verdict }) => verdict === FAIL)) return 1;
  return tests.every(({ verdict }) => verdict === PASS) ? 0 : Number.NaN;
}

const decimal = (text: string): number => (/^[+-]?\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN);

/** Days since 1970 of a date YYYY-MM-DD; NaN for one that is in no calendar. */
function dayOf(text: string): number {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text) ? ms / MS_PER_D : Number.NaN;
}

/** A time with its zone, as in 2026-11-22T02:00:00Z; NaN for one without, which could be anybody's. */
function utcMs(text: string): number {
  const [, date = "", time = ""] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d))$/.exec(text) ?? [];
  return Number.isNaN(dayOf(date)) ? Number.NaN : Date.parse(`${date}${time}`);
}
