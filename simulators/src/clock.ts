/** The time of the simulated world; passed in everywhere, so that a test may hold it or wind it on. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never jumps. Paces bytes on a wire. */
  monotonicMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** What a clock on the wall of the hospital shows. */
export interface WallTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** A reader of wall time in one IANA time zone, daylight saving included. Throws RangeError for an unknown zone. */
export function wallClock(timeZone: string): (atMs: number) => WallTime {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map((part) => [part.type, Number(part.value)]));
    const read = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return { year: read("year"), month: read("month"), day: read("day"), hour: read("hour"), minute: read("minute") };
  };
}
