import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { isStatus } from "../../api/problem.ts";
import { twinQuery } from "../../api/queries.ts";
import type { TwinView } from "../../api/types.ts";
import { useLive } from "../../live/hooks.ts";
import { twinTopic } from "../../live/topics.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { kindIcon } from "../../ui/icons.ts";
import { ErrorState, Loading } from "../../ui/messages.tsx";
import { useTitle } from "../../ui/use-title.ts";
import { ConflictNotice } from "../sighting/conflict-notice.tsx";
import { UnconfirmedNotice } from "../sighting/unconfirmed-notice.tsx";
import { About } from "./about.tsx";
import { Answers } from "./answers.tsx";
import { LinkRow } from "./link-row.tsx";
import { Metrics } from "./metrics.tsx";
import { RibbonSection } from "./ribbon-section.tsx";
import { UsageSection } from "./usage-section.tsx";
import "./twin.css";

export function TwinPage() {
  const { id } = useParams({ from: "/signed-in/twins/$id" });
  const twin = useQuery(twinQuery(id));
  useLive(twin.isSuccess ? twinTopic(id) : null);
  useTitle(twin.data === undefined ? id : nameOf(twin.data));

  if (twin.isPending) return <Loading rows={4} height={180} />;
  if (twin.isError && twin.data === undefined) return <Missing error={twin.error} retry={() => void twin.refetch()} />;
  return (
    <div className="wt-twin">
      <Head twin={twin.data} />
      <UnconfirmedNotice key={id} twin={twin.data} />
      <ConflictNotice key={`${id} conflict`} twin={twin.data} />
      <Answers twin={twin.data} />
      <LinkRow connectivity={twin.data.connectivity} />
      <RibbonSection id={id} />
      <UsageSection id={id} />
      <About twin={twin.data} />
      <Metrics twin={twin.data} />
    </div>
  );
}

/** A device that is not there will not come by asking again; the map leads to those that are. */
function Missing({ error, retry }: { error: unknown; retry: () => void }) {
  if (!isStatus(error, 404)) return <ErrorState error={error} retry={retry} />;
  return (
    <ErrorState error={error}>
      <Link className="wt-link" to={PATHS.map}>
        {strings.notFound.home}
      </Link>
    </ErrorState>
  );
}

const nameOf = (twin: TwinView): string => twin.assetNumber ?? twin.serial;

function Head({ twin }: { twin: TwinView }) {
  const Icon = kindIcon[twin.kind];
  return (
    <div>
      <Link to={PATHS.map} search={{ ward: twin.place.ward }} className="wt-twin-back wt-no-print">
        <IconArrowLeft size={16} aria-hidden="true" />
        {twin.place.wardName}
      </Link>
      <h1 className="wt-twin-title">
        <Icon size={28} stroke={1.7} aria-hidden="true" />
        {strings.words.kind[twin.kind].one} {nameOf(twin)}
      </h1>
    </div>
  );
}
