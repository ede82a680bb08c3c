import { useInViewport } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockOff,
  IconGauge,
  IconPlugConnectedX,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lastHourQuery } from "../../api/queries.ts";
import type { MetricCategory, Quality, TwinMetric, TwinView } from "../../api/types.ts";
import { useLiveClient, useLiveHealth } from "../../live/hooks.ts";
import { strings } from "../../strings/strings.ts";
import { codeWords, numberWords, unitWords } from "../../ui/format.ts";
import type { Tone } from "../../ui/icons.ts";
import { EmptyState } from "../../ui/messages.tsx";
import { Age } from "../../ui/site-time.tsx";
import { Sparkline, SparklinePlace } from "../../ui/sparkline.tsx";
import "../../ui/table.css";

const text = strings.twin;
const CATEGORIES = ["status", "measurement", "setting", "counter"] as const satisfies MetricCategory[];
const qualityLook = {
  good: { icon: IconCircleCheck, tone: "none" },
  stale: { icon: IconClockOff, tone: "look" },
  implausible: { icon: IconAlertTriangle, tone: "look" },
  unreachable: { icon: IconPlugConnectedX, tone: "look" },
} as const satisfies Record<Quality, { icon: TablerIcon; tone: Tone | "none" }>;

/** Everything that the device says, each with its unit, quality and age. */
export function Metrics({ twin }: { twin: TwinView }) {
  const reason = agedReason(twin.connectivity);
  const { lost } = useLiveHealth();
  return (
    <section className="wt-section wt-panel">
      <h2 className="wt-heading">{text.metrics}</h2>
      {reason === null || twin.metrics.length === 0 ? null : <p className="wt-aged-note">{text.agedAll(reason)}</p>}
      {twin.metrics.length === 0 ? (
        <EmptyState icon={IconGauge} title={text.metricsEmpty} text={text.metricsEmptyText} />
      ) : (
        <div className="wt-scroll">
          <table className="wt-table wt-metrics">
            <thead>
              <tr>
                <th scope="col">{text.column.metric}</th>
                <th scope="col" className="wt-cell-value">
                  {text.column.value}
                </th>
                <th scope="col">{text.column.quality}</th>
                <th scope="col">{text.column.age}</th>
                <th scope="col">{text.column.hour}</th>
              </tr>
            </thead>
            {CATEGORIES.map((category) => (
              <Category key={category} category={category} twin={twin} aged={lost || reason !== null} />
            ))}
          </table>
        </div>
      )}
    </section>
  );
}

/** Why none of the values can be live, or null where they may be. */
function agedReason({ gateway, device, values }: TwinView["connectivity"]): string | null {
  if (gateway.state === "offline") return text.agedGateway;
  if (device.state === "unreachable") return text.agedDevice;
  return values.stale ? text.agedValues : null;
}

function Category({ category, twin, aged }: { category: MetricCategory; twin: TwinView; aged: boolean }) {
  const metrics = twin.metrics.filter((metric) => metric.category === category);
  if (metrics.length === 0) return null;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={5} className="wt-table-group">
          {strings.words.category[category]}
        </th>
      </tr>
      {metrics.map((metric) => (
        <Row key={metric.metric} id={twin.id} metric={metric} aged={aged} />
      ))}
    </tbody>
  );
}

function Row({ id, metric, aged }: { id: string; metric: TwinMetric; aged: boolean }) {
  const look = qualityLook[metric.quality];
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
        <Value metric={metric} aged={aged || metric.quality === "stale" || metric.quality === "unreachable"} />
      </td>
      <td>
        {isEmpty(metric) && metric.quality === "good" ? (
          <span className="wt-muted">{text.noneGiven}</span>
        ) : (
          <span className={`wt-quality wt-tone-${look.tone}`}>
            <look.icon size={16} aria-hidden="true" />
            {strings.words.quality[metric.quality]}
          </span>
        )}
      </td>
      <td className="wt-cell-age">
        <Age at={metric.at} />
      </td>
      <td className="wt-cell-hour">{metric.word === null ? <LastHour id={id} metric={metric} /> : null}</td>
    </tr>
  );
}

/** The device was asked and gave nothing, as a ventilator without a patient does. */
const isEmpty = ({ value, word }: TwinMetric): boolean => value === null && word === null;

/** What is not live is struck and grey, never blank; its time stands in the same row. */
function Value({ metric, aged }: { metric: TwinMetric; aged: boolean }) {
  const testId = `metric-${metric.metric}-value`;
  if (isEmpty(metric)) {
    return (
      <span className="wt-muted" data-testid={testId}>
        {text.noValue}
      </span>
    );
  }
  return (
    <span className={`wt-value wt-number ${aged ? "wt-aged" : ""}`} data-testid={testId}>
      {metric.word === null ? numberWords(metric.value ?? 0) : codeWords(metric.word)}
      {metric.word === null && metric.ucum !== "1" ? <span className="wt-unit"> {unitWords(metric.ucum)}</span> : null}
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
