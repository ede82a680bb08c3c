import type { Availability, ClassCount } from "../api/types.ts";
import { strings } from "../strings/strings.ts";
import { AVAILABILITY_ORDER, barWords, countsOf } from "./availability.ts";
import { availabilityIcon, availabilityTone } from "./icons.ts";
import "./state-bar.css";

/** What a class of equipment is doing, as one bar; each state has its own pattern beside its colour. */
export function StateBar({ count }: { count: ClassCount }) {
  const counts = countsOf(count);
  return (
    <div className="wt-bar" role="img" aria-label={barWords(count)}>
      {AVAILABILITY_ORDER.filter((state) => counts[state] > 0).map((state) => (
        <span key={state} className={`wt-bar-part wt-state-${state}`} style={{ flexGrow: counts[state] }} />
      ))}
    </div>
  );
}

/** The five numbers under a bar, always in the same places. The bar's own label says them to a screen reader. */
export function StateCounts({ count }: { count: ClassCount }) {
  const counts = countsOf(count);
  return (
    <div className="wt-counts" aria-hidden="true">
      {AVAILABILITY_ORDER.map((state) => (
        <StateCount key={state} state={state} n={counts[state]} />
      ))}
    </div>
  );
}

function StateCount({ state, n }: { state: Availability; n: number }) {
  const Icon = availabilityIcon[state];
  const tone = n === 0 ? "none" : availabilityTone[state];
  return (
    <span className={`wt-count wt-count-number wt-tone-${tone}`}>
      <Icon size="1.05em" stroke={2} aria-hidden="true" />
      <span className="wt-number">{n}</span>
    </span>
  );
}

/** What the five patterns and icons mean, once for a page. */
export function StateLegend() {
  return (
    <div className="wt-legend" aria-hidden="true">
      {AVAILABILITY_ORDER.map((state) => {
        const Icon = availabilityIcon[state];
        return (
          <span key={state} className="wt-legend-part">
            <span className={`wt-swatch wt-state-${state}`} />
            <Icon size="1.1em" stroke={2} />
            {strings.words.availability[state]}
          </span>
        );
      })}
    </div>
  );
}

/** The words of the five columns, once for all bars beside them. */
export function StateWords() {
  return (
    <div className="wt-counts wt-count-words" aria-hidden="true">
      {AVAILABILITY_ORDER.map((state) => (
        <span key={state} className="wt-count-word">
          {strings.words.availability[state]}
        </span>
      ))}
    </div>
  );
}

/** One state as word, icon and colour. */
export function StateTag({ state }: { state: Availability }) {
  const Icon = availabilityIcon[state];
  return (
    <span className={`wt-tag wt-tone-${availabilityTone[state]}`}>
      <Icon size="1.1em" stroke={2} aria-hidden="true" />
      <span className="wt-live-word">{strings.words.availability[state]}</span>
    </span>
  );
}
