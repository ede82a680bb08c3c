import { useInViewport } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockOff,
  IconPlugConnectedX,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lastHourQuery } from "../../api/queries.ts";
import type { Quality, TwinMetric } from "../../api/types.ts";
import { useLiveClient } from "../../live/hooks.ts";
import { strings } from "../../strings/strings.ts";
import { codeWords, measuredWords, unitWords } from "../../ui/format.ts";
import type { Tone } from "../../ui/icons.ts";
import { Age } from "../../ui/site-time.tsx";
import { Sparkline, SparklinePlace } from "../../ui/sparkline.tsx";

const text = strings.twin;
const qualityLook = {
  good: { icon: IconCircleCheck, tone: "none" },
  stale: { icon: IconClockOff, tone: "look" },
  implausible: { icon: IconAlertTriangle, tone: "look" },
  unreachable: { icon: IconPlugConnectedX, tone: "look" },
} as const satisfies Record<Quality, { icon: TablerIcon; tone: Tone | "none" }>;

/** One metric: its value with unit, quality, age and last hour. */
export function MetricRow({ id, metric, aged }: { id: string; metric: TwinMetric; aged: boolean }) {
  return (
    <tr>
      <th scope="row">
        {strings.words.metric[metric.metric]}
        {metric.origin === "patient-derived" ? (
          <span className="wt-patient" title={text.patientHint}>
            {text.patient}
          </span>
        ) : null}
      </th>
      <td className="wt-cell-value">
        <Value metric={metric} aged={aged || isAged(metric)} />
      </td>
      <td>
        {isEmpty(metric) && metric.quality === "good" ? (
          <span className="wt-muted">{text.noneGiven}</span>
        ) : (
          <QualityTag quality={metric.quality} />
        )}
      </td>
      <td className="wt-cell-age">
        <Age at={metric.at} />
      </td>
      <td className="wt-cell-hour">{metric.word === null ? <LastHour id={id} metric={metric} /> : null}</td>
    </tr>
  );
}

export function QualityTag({ quality }: { quality: Quality }) {
  const look = qualityLook[quality];
  return (
    <span className={`wt-quality wt-tone-${look.tone}`}>
      <look.icon size={16} aria-hidden="true" />
      {strings.words.quality[quality]}
    </span>
  );
}

export const isAged = ({ quality }: TwinMetric): boolean => quality === "stale" || quality === "unreachable";

/** The device was asked and gave nothing, as a ventilator without a patient does. */
const isEmpty = ({ value, word }: TwinMetric): boolean => value === null && word === null;

/** What is not live is struck and grey, never blank; its time stands in the same row. */
function Value({ metric, aged }: { metric: TwinMetric; aged: boolean }) {
  const testId = `metric-${metric.metric}-value`;
  const { value, word, ucum, asTold } = metric;
  if (isEmpty(metric)) {
    return (
      <span className="wt-muted" data-testid={testId}>
        {text.noValue}
      </span>
    );
  }
  return (
    <span className={`wt-value wt-number ${aged ? "wt-aged" : ""}`} data-testid={testId}>
      {word === "active" && !aged ? (
        <IconAlertTriangle size="1.1em" className="wt-tone-act" aria-hidden="true" />
      ) : null}
      {word === null ? measuredWords(value ?? 0, asTold) : codeWords(word)}
      {word === null && ucum !== "1" ? <span className="wt-unit"> {unitWords(ucum)}</span> : null}
      {asTold === null ? null : (
        <span className="wt-told" title={text.asToldHint}>
          {" "}
          {text.asTold(measuredWords(asTold.value, asTold), unitWords(asTold.ucum))}
        </span>
      )}
    </span>
  );
}

/** Asked for only when the row comes into sight. */
function LastHour({ id, metric }: { id: string; metric: TwinMetric }) {
  const live = useLiveClient();
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const history = useQuery({
    ...lastHourQuery(id, metric.metric, () => Date.now() + live.serverOffsetMs()),
    enabled: inViewport,
  });
  return (
    <div ref={ref}>
      {history.data === undefined ? (
        <SparklinePlace />
      ) : (
        <Sparkline history={history.data} toMs={history.dataUpdatedAt + live.serverOffsetMs()} />
      )}
    </div>
  );
}
