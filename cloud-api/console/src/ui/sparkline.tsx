import type { History } from "../api/types.ts";
import { strings } from "../strings/strings.ts";
import { numberWords, rangeWords, unitWords } from "./format.ts";
import { sparklineOf } from "./sparkline-path.ts";
import "./sparkline.css";

const WIDTH = 160;
const HEIGHT = 28;
const HOUR_MS = 3_600_000;

/** The last hour of a metric, up to the given moment. */
export function Sparkline({ history, toMs }: { history: History; toMs: number }) {
  const spark = sparklineOf(history.points, { width: WIDTH, height: HEIGHT, fromMs: toMs - HOUR_MS, toMs });
  if (spark === null) return <span className="wt-spark-none">{strings.twin.noHistory}</span>;
  const said = strings.twin.lastHour(numberWords(spark.low), numberWords(spark.high), unitWords(history.ucum));
  return (
    <span className="wt-spark" title={said}>
      <svg role="img" aria-label={said} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT}>
        <path d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} className="wt-spark-hour" />
        {spark.bands.map((path) => (
          <path key={path} d={path} className="wt-spark-band" />
        ))}
        {spark.lines.map((path) => (
          <path key={path} d={path} className="wt-spark-line" />
        ))}
      </svg>
      <span className="wt-spark-range wt-number" aria-hidden="true">
        {rangeWords(spark.low, spark.high)}
      </span>
    </span>
  );
}

/** Holds the place of a sparkline that is not there yet. */
export const SparklinePlace = () => <span className="wt-spark-place" />;
