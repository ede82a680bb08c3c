import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { usageQuery } from "../../api/queries.ts";
import type { Usage } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import { hoursWords } from "../../ui/format.ts";
import { ErrorState } from "../../ui/messages.tsx";
import { Moment } from "../../ui/site-time.tsx";

const text = strings.twin;
const STATES = ["inUse", "standby", "off", "selfTest", "unknown"] as const;

/** Hours in each state since the device was first seen. */
export function UsageSection({ id }: { id: string }) {
  const usage = useQuery(usageQuery(id));
  return (
    <section className="wt-section wt-panel">
      <h2 className="wt-heading">{text.usage}</h2>
      {usage.isError ? <ErrorState error={usage.error} retry={() => void usage.refetch()} /> : null}
      {usage.isPending ? <Skeleton height={64} /> : null}
      {usage.data === undefined ? null : <Hours usage={usage.data} />}
    </section>
  );
}

function Hours({ usage }: { usage: Usage }) {
  if (usage.since === null || usage.asOf === null) return <p className="wt-muted">{text.usageNone}</p>;
  return (
    <>
      <dl className="wt-usage">
        {STATES.map((state) => (
          <div key={state}>
            <dt>{text.usageH[state]}</dt>
            <dd className="wt-number">
              {hoursWords(usage[`${state}H`])}
              <span className="wt-unit">h</span>
            </dd>
          </div>
        ))}
      </dl>
      <p className="wt-muted">
        {text.usageSince} <Moment at={usage.since} />, {text.usageUpTo} <Moment at={usage.asOf} />
      </p>
    </>
  );
}
