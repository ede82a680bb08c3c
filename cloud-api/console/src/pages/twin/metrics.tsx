import { TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconGauge, IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { TwinMetric, TwinView } from "../../api/types.ts";
import { useLiveHealth } from "../../live/hooks.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { codeWords } from "../../ui/format.ts";
import { EmptyState } from "../../ui/messages.tsx";
import { Age } from "../../ui/site-time.tsx";
import { alarmsOf, foundIn, type Group, groupsOf, type Openable, oldestAt, openIn, toggled } from "./metric-groups.ts";
import { isAged, MetricRow, QualityTag } from "./metric-row.tsx";
import "../../ui/table.css";

const text = strings.twin;

/** Everything that the device says, each with its unit, quality and age: grouped, and to be found by name. */
export function Metrics({ twin }: { twin: TwinView }) {
  const reason = agedReason(twin);
  const { lost } = useLiveHealth();
  const [find, setFind] = useFind();
  const found = foundIn(twin.metrics, find.trim());
  return (
    <section className="wt-section wt-panel">
      <div className="wt-section-head">
        <h2 className="wt-heading">
          {text.metrics}{" "}
          <span className="wt-metrics-count wt-number">{text.found(found.length, twin.metrics.length)}</span>
        </h2>
        <TextInput
          className="wt-find wt-no-print"
          size="sm"
          aria-label={text.find}
          placeholder={text.find}
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
      </div>
      {reason === null || twin.metrics.length === 0 ? null : <p className="wt-aged-note">{text.agedAll(reason)}</p>}
      {twin.metrics.length === 0 ? (
        <EmptyState icon={IconGauge} title={text.metricsEmpty} text={text.metricsEmptyText} />
      ) : null}
      {twin.metrics.length > 0 && found.length === 0 ? <p className="wt-muted">{text.noneFound}</p> : null}
      {found.length > 0 ? (
        <MetricTable id={twin.id} metrics={found} aged={lost || reason !== null} finding={find.trim() !== ""} />
      ) : null}
    </section>
  );
}

/** Why none of the values can be live, or null where they may be. */
function agedReason({ identity, connectivity: { gateway, device, values } }: TwinView): string | null {
  if (identity.unconfirmed !== null || identity.conflict !== null) return text.agedUnconfirmed;
  if (gateway.state === "offline") return text.agedGateway;
  if (device.state === "unreachable") return text.agedDevice;
  return values.stale ? text.agedValues : null;
}

/** What is typed stands in the address, too; the field itself does not wait for the address to follow. */
function useFind(): [string, (find: string) => void] {
  const { find: asked = "" } = useSearch({ from: "/signed-in/twins/$id" });
  const navigate = useNavigate({ from: PATHS.twin });
  const [find, setFind] = useState(asked);
  return [
    find,
    (next) => {
      setFind(next);
      const search = next.trim() === "" ? {} : { find: next };
      void navigate({
        search: ({ find: _old, ...others }) => ({ ...others, ...search }),
        replace: true,
        resetScroll: false,
      });
    },
  ];
}

interface TableProps {
  id: string;
  metrics: readonly TwinMetric[];
  aged: boolean;
  /** Whoever looks for a name sees all that bear it, opened or not. */
  finding: boolean;
}

function MetricTable({ id, metrics, aged, finding }: TableProps) {
  const { open: asked } = useSearch({ from: "/signed-in/twins/$id" });
  const navigate = useNavigate({ from: PATHS.twin });
  const open = openIn(asked, metrics);
  const toggle = (name: Openable) =>
    void navigate({
      search: (others) => ({ ...others, open: toggled(open, name) }),
      replace: true,
      resetScroll: false,
    });
  return (
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
        {groupsOf(metrics).map((group) => (
          <GroupRows
            key={group.name}
            id={id}
            group={group}
            aged={aged}
            isOpen={(name) => finding || open.includes(name)}
            toggle={toggle}
          />
        ))}
      </table>
    </div>
  );
}

interface GroupProps {
  id: string;
  group: Group;
  aged: boolean;
  isOpen: (name: Openable) => boolean;
  toggle: (name: Openable) => void;
}

function GroupRows({ id, group: { name, metrics }, aged, isOpen, toggle }: GroupProps) {
  const { rows, clear } = name === "alarm" ? alarmsOf(metrics, aged) : { rows: metrics, clear: [] };
  const shown = isOpen(name) ? rows : [];
  return (
    <tbody data-testid={`metrics-${name}`}>
      <tr>
        <th scope="rowgroup" colSpan={5} className="wt-table-group">
          <Opener isOpen={isOpen(name)} toggle={() => toggle(name)}>
            {text.group[name]} <span className="wt-metrics-count wt-number">{metrics.length}</span>
          </Opener>
          {name === "patient" ? <span className="wt-group-hint">{text.patientHint}</span> : null}
        </th>
      </tr>
      {shown.map((metric) => (
        <MetricRow key={metric.metric} id={id} metric={metric} aged={aged} />
      ))}
      {isOpen(name) && clear.length > 0 ? (
        <ClearAlarms id={id} clear={clear} aged={aged} isOpen={isOpen("clear")} toggle={() => toggle("clear")} />
      ) : null}
    </tbody>
  );
}

interface ClearProps extends Pick<GroupProps, "id" | "aged"> {
  clear: readonly TwinMetric[];
  isOpen: boolean;
  toggle: () => void;
}

/** One line for all alarms that are clear, with the age of the one that was told longest ago. */
function ClearAlarms({ id, clear, aged, isOpen, toggle }: ClearProps) {
  const worst = clear.find(isAged) ?? clear[0];
  return (
    <>
      <tr data-testid="alarms-clear">
        <th scope="row">
          <Opener isOpen={isOpen} toggle={toggle}>
            {text.clearAlarms(clear.length)}
          </Opener>
        </th>
        <td className="wt-cell-value">
          <span className={`wt-value ${aged ? "wt-aged" : ""}`}>{codeWords("clear")}</span>
        </td>
        <td>{worst === undefined ? null : <QualityTag quality={worst.quality} />}</td>
        <td className="wt-cell-age">
          <Age at={oldestAt(clear)} />
        </td>
        <td />
      </tr>
      {isOpen ? clear.map((metric) => <MetricRow key={metric.metric} id={id} metric={metric} aged={aged} />) : null}
    </>
  );
}

function Opener({ isOpen, toggle, children }: { isOpen: boolean; toggle: () => void; children: ReactNode }) {
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <button type="button" className="wt-opener" aria-expanded={isOpen} onClick={toggle}>
      <Icon size={16} aria-hidden="true" />
      <span>{children}</span>
    </button>
  );
}
