import { IconCircleCheck } from "@tabler/icons-react";
import type { ClassCount, Notice } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import { kindIcon, noticeIcon, noticeTone } from "../../ui/icons.ts";
import { StateBar, StateCounts, StateLegend } from "../../ui/state-bar.tsx";

const TONE_ORDER = { act: 0, look: 1, calm: 2 } as const;

/** The whole hospital in one line: each class, and what asks for somebody, worst first. */
export function Strip({ totals, notices }: { totals: ClassCount[]; notices: Notice[] }) {
  return (
    <div className="wt-strip">
      <section className="wt-strip-totals" aria-label={strings.map.totals}>
        {totals
          .filter(({ have }) => have > 0)
          .map((count) => (
            <Total key={count.kind} count={count} />
          ))}
      </section>
      <StateLegend />
      <section className="wt-strip-notices wt-panel" aria-label={strings.map.notices}>
        <h2 className="wt-strip-notices-title">{strings.map.notices}</h2>
        <Notices notices={notices} />
      </section>
    </div>
  );
}

function Total({ count }: { count: ClassCount }) {
  const Icon = kindIcon[count.kind];
  return (
    <div className="wt-total wt-panel">
      <h2 className="wt-total-head">
        <Icon size="1.3em" stroke={1.7} aria-hidden="true" />
        <span>{strings.words.kind[count.kind].many}</span>
        <span className="wt-total-have wt-number">{count.have}</span>
      </h2>
      <StateBar count={count} />
      <StateCounts count={count} />
    </div>
  );
}

function Notices({ notices }: { notices: Notice[] }) {
  if (notices.length === 0) {
    return (
      <p className="wt-notice wt-muted">
        <IconCircleCheck size="1.2em" aria-hidden="true" />
        {strings.map.noNotices}
      </p>
    );
  }
  const worstFirst = notices.toSorted(
    (a, b) => TONE_ORDER[noticeTone[a.cause]] - TONE_ORDER[noticeTone[b.cause]] || b.devices - a.devices,
  );
  return (
    <ul className="wt-notices">
      {worstFirst.map(({ cause, gateway, devices }) => {
        const Icon = noticeIcon[cause];
        return (
          <li key={`${cause} ${gateway}`} className="wt-notice">
            <Icon size="1.2em" aria-hidden="true" className={`wt-tone-${noticeTone[cause]}`} />
            {strings.words.notice[cause](devices, gateway)}
          </li>
        );
      })}
    </ul>
  );
}
