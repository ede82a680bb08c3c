import { SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { statesQuery } from "../../api/queries.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { ErrorState } from "../../ui/messages.tsx";
import { Ribbon } from "../../ui/ribbon.tsx";
import { fittingRange, isRange, RANGE_DAYS_MAX, RANGES, ribbonView } from "../../ui/ribbon-range.ts";

/** What it did over the last day, week or month. */
export function RibbonSection({ id }: { id: string }) {
  const { range: chosen } = useSearch({ from: "/signed-in/twins/$id" });
  const navigate = useNavigate({ from: PATHS.twin });
  const states = useQuery(statesQuery(id, RANGE_DAYS_MAX));
  const range = chosen ?? (states.data === undefined ? "month" : fittingRange(states.data));
  return (
    <section className="wt-section wt-panel">
      <div className="wt-section-head">
        <h2 className="wt-heading">{strings.twin.ribbon}</h2>
        <SegmentedControl
          size="xs"
          className="wt-no-print"
          aria-label={strings.twin.ribbon}
          data={RANGES.map((value) => ({ value, label: strings.twin.ribbonRange[value] }))}
          value={range}
          onChange={(value) => {
            if (!isRange(value)) return;
            void navigate({ search: (others) => ({ ...others, range: value }), replace: true, resetScroll: false });
          }}
        />
      </div>
      {states.isError ? <ErrorState error={states.error} retry={() => void states.refetch()} /> : null}
      {states.isPending ? <Skeleton height={88} /> : null}
      {states.data === undefined ? null : <Ribbon view={ribbonView(states.data, range)} range={range} />}
    </section>
  );
}
