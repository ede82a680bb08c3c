import type { MinutePoint } from "../api/types.ts";

const MINUTE_MS = 60_000;
/** Points further apart than this have a gap between them, which stays one: nothing is drawn that nobody read. */
const GAP_MS = 1.5 * MINUTE_MS;

export interface Box {
  width: number;
  height: number;
  fromMs: number;
  toMs: number;
}

export interface Sparkline {
  /** One path for each run without a gap: the mean, and the band from minimum to maximum around it. */
  lines: string[];
  bands: string[];
  low: number;
  high: number;
}

/** An hour of minutes as paths. The band keeps the spikes that a mean would smooth away. */
export function sparklineOf(points: readonly MinutePoint[], box: Box): Sparkline | null {
  if (points.length === 0) return null;
  const low = Math.min(...points.map(({ min }) => min));
  const high = Math.max(...points.map(({ max }) => max));
  // A value that hardly moves is a flat line, not a mountain range of rounding.
  const span = Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  const base = (low + high - span) / 2;
  const x = (atMs: number) => round(((atMs - box.fromMs) / (box.toMs - box.fromMs)) * box.width);
  const y = (value: number) => round(box.height - 1 - ((value - base) / span) * (box.height - 2));

  const runs = runsOf(points);
  const along = (run: Timed[], value: (point: Timed) => number) =>
    run.map((point) => `${x(point.ms)} ${y(value(point))}`);
  return {
    low,
    high,
    lines: runs.map((run) => `M${along(widened(run), ({ mean }) => mean).join("L")}`),
    bands: runs.map((run) => {
      const there = along(widened(run), ({ max }) => max);
      const back = along(widened(run).reverse(), ({ min }) => min);
      return `M${[...there, ...back].join("L")}Z`;
    }),
  };
}

interface Timed extends MinutePoint {
  ms: number;
}

function runsOf(points: readonly MinutePoint[]): Timed[][] {
  const runs: Timed[][] = [];
  for (const point of points) {
    const timed = { ...point, ms: Date.parse(point.at) };
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && timed.ms - last.ms <= GAP_MS) run.push(timed);
    else runs.push([timed]);
  }
  return runs;
}

/** The last point stands for its whole minute; a lone one would be invisible otherwise. */
function widened(run: Timed[]): Timed[] {
  const last = run.at(-1);
  return last === undefined ? [] : [...run, { ...last, ms: last.ms + MINUTE_MS }];
}

const round = (n: number): number => Math.round(n * 10) / 10;
