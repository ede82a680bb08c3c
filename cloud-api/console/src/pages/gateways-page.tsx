import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconHelp,
  IconRouter,
  IconRouterOff,
  type TablerIcon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { configurationsQuery, gatewaysQuery, wardMapQuery } from "../api/queries.ts";
import type { Gateway, GatewayConfiguration } from "../api/types.ts";
import { PATHS } from "../paths.ts";
import { strings } from "../strings/strings.ts";
import { durationWords } from "../ui/format.ts";
import type { Tone } from "../ui/icons.ts";
import { EmptyState, ErrorState, Loading } from "../ui/messages.tsx";
import { Age, Moment } from "../ui/site-time.tsx";
import { useTitle } from "../ui/use-title.ts";
import { DiscoveredList } from "./sighting/discovered-list.tsx";
import { UnconfirmedLines } from "./sighting/unconfirmed-lines.tsx";
import "../ui/table.css";

const text = strings.gateways;
const linkLook = {
  online: { icon: IconRouter, tone: "calm" },
  offline: { icon: IconRouterOff, tone: "act" },
  unknown: { icon: IconHelp, tone: "look" },
} as const satisfies Record<Gateway["link"], { icon: TablerIcon; tone: Tone }>;

const settingsLook = {
  applied: { icon: IconCheck, tone: "calm" },
  pending: { icon: IconClock, tone: "look" },
  refused: { icon: IconAlertTriangle, tone: "act" },
} as const satisfies Record<Exclude<GatewayConfiguration["state"], "none">, { icon: TablerIcon; tone: Tone }>;

/** What of a gateway's counts a person has to see when it is not nought. */
const TROUBLES = [
  { count: "quarantined", tone: "act" },
  { count: "lost", tone: "act" },
  { count: "dropped", tone: "act" },
  { count: "thinned", tone: "look" },
] as const satisfies { count: keyof NonNullable<Gateway["outbox"]>; tone: Tone }[];

/** A batch that waits for less than this is on its way. */
const OLD_FROM_MS = 60_000;

export function GatewaysPage() {
  useTitle(text.title);
  const gateways = useQuery(gatewaysQuery);
  return (
    <>
      <h1 className="wt-page-title">{text.title}</h1>
      <p className="wt-page-lead">{text.lead}</p>
      <UnconfirmedLines />
      <DiscoveredList />
      <h2 className="wt-heading wt-heading-apart">{text.all}</h2>
      {gateways.isPending ? <Loading rows={4} height={44} /> : null}
      {gateways.isError && gateways.data === undefined ? (
        <ErrorState error={gateways.error} retry={() => void gateways.refetch()} />
      ) : null}
      {gateways.data?.gateways.length === 0 ? (
        <EmptyState icon={IconRouter} title={text.empty} text={text.emptyText} />
      ) : null}
      {gateways.data !== undefined && gateways.data.gateways.length > 0 ? (
        <GatewayTable gateways={gateways.data.gateways} />
      ) : null}
    </>
  );
}

function GatewayTable({ gateways }: { gateways: Gateway[] }) {
  const map = useQuery(wardMapQuery);
  const configurations = useQuery(configurationsQuery);
  const configurationOf = (id: string) => configurations.data?.configurations.find(({ gateway }) => gateway === id);
  const wardName = (id: string) => map.data?.wards.find((ward) => ward.id === id)?.name ?? id;
  return (
    <div className="wt-panel wt-scroll">
      <table className="wt-table">
        <thead>
          <tr>
            <th scope="col">{text.column.name}</th>
            <th scope="col">{text.column.ward}</th>
            <th scope="col">{text.column.link}</th>
            <th scope="col">{text.column.since}</th>
            <th scope="col">{text.column.batch}</th>
            <th scope="col">{text.column.outbox}</th>
            <th scope="col">{text.column.settings}</th>
          </tr>
        </thead>
        <tbody>
          {gateways.map((gateway) => (
            <Row
              key={gateway.id}
              gateway={gateway}
              ward={wardName(gateway.ward)}
              configuration={configurationOf(gateway.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  gateway: Gateway;
  ward: string;
  configuration: GatewayConfiguration | undefined;
}

function Row({ gateway, ward, configuration }: RowProps) {
  const look = linkLook[gateway.link];
  return (
    <tr data-testid={`gateway-${gateway.id}`}>
      <th scope="row">
        <strong>{gateway.name}</strong> <span className="wt-muted">{gateway.id}</span>
      </th>
      <td>
        <Link to={PATHS.map} search={{ ward: gateway.ward }} className="wt-link">
          {ward}
        </Link>
      </td>
      <td>
        <span className={`wt-tag wt-tone-${look.tone}`}>
          <look.icon size={18} aria-hidden="true" />
          <span className="wt-live-word">{strings.words.gatewayLink[gateway.link]}</span>
        </span>
      </td>
      <td>{gateway.linkSince === null ? text.none : <Moment at={gateway.linkSince} />}</td>
      <td>{gateway.lastBatchAt === null ? text.none : <Age at={gateway.lastBatchAt} />}</td>
      <td>{gateway.outbox === null ? text.none : <Outbox outbox={gateway.outbox} />}</td>
      <td data-testid={`settings-${gateway.id}`}>
        {configuration === undefined ? text.settings.unknown : <Settings configuration={configuration} />}
      </td>
    </tr>
  );
}

/** Whether what is wished of the gateway holds there, and when the credentials of its lines were set, which is all that is told. */
function Settings({ configuration: { state, since, wishes, credentials } }: { configuration: GatewayConfiguration }) {
  const words = text.settings;
  const [set, ...sets] = credentials;
  return (
    <>
      {state === "none" ? words.none : <Wished state={state} since={since} wishes={wishes} />}
      {set === undefined ? null : (
        <span className="wt-muted" title={credentials.map(({ line, setOn }) => words.set(line, setOn)).join("\n")}>
          {" "}
          {words.set(set.line, set.setOn)}
          {sets.length === 0 ? null : words.more(sets.length)}
        </span>
      )}
    </>
  );
}

type WishedProps = Pick<GatewayConfiguration, "since" | "wishes"> & {
  state: Exclude<GatewayConfiguration["state"], "none">;
};

function Wished({ state, since, wishes }: WishedProps) {
  const words = text.settings;
  const look = settingsLook[state];
  const [first, ...others] = wishes.filter((wish) => wish.state === "refused");
  return (
    <span className={`wt-tag wt-tag-sentence wt-tone-${look.tone}`} title={words.meaning[state]}>
      <look.icon size={18} aria-hidden="true" />
      <span>
        {state === "applied" ? words.applied : null}
        {state === "pending" ? words.pending : null}
        {state === "pending" && since !== null ? <Moment at={since} /> : null}
        {state === "refused" ? words.refused(first?.reason ?? "") : null}
        {state === "refused" && others.length > 0 ? words.more(others.length) : null}
      </span>
    </span>
  );
}

/** What waits on the gateway, what it could not keep whole, and how old its word is. */
function Outbox({ outbox }: { outbox: NonNullable<Gateway["outbox"]> }) {
  const { waiting, oldestWaitingMs } = outbox;
  const troubles = TROUBLES.filter(({ count }) => outbox[count] > 0);
  return (
    <>
      <span className="wt-number">
        {text.outbox.waiting(waiting)}
        {oldestWaitingMs === null || oldestWaitingMs < OLD_FROM_MS
          ? null
          : text.outbox.oldest(durationWords(oldestWaitingMs / 3_600_000))}
      </span>{" "}
      <span className="wt-muted">
        {text.outbox.told} <Age at={outbox.at} />
      </span>
      {troubles.map(({ count, tone }) => (
        <span key={count} className={`wt-tag wt-tone-${tone}`} title={text.outbox.meaning[count]}>
          <IconAlertTriangle size={18} aria-hidden="true" />
          {text.outbox.trouble[count](outbox[count])}
        </span>
      ))}
    </>
  );
}
