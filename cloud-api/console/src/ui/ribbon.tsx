import type { OperatingState } from "../api/types.ts";
import { strings } from "../strings/strings.ts";
import { durationWords } from "./format.ts";
import { operatingIcon } from "./icons.ts";
import type { Range, RibbonView } from "./ribbon-range.ts";
import { useSiteTime } from "./site-time.tsx";
import "./ribbon.css";

const TICKS = 4;
const ORDER = ["in-use", "standby", "off", "self-test"] as const satisfies OperatingState[];

/** Operating states over time; dots are time in which nobody saw the device. */
export function Ribbon({ view, range }: { view: RibbonView; range: Range }) {
  const time = useSiteTime();
  const label = range === "hour" || range === "day" ? time.minute : time.day;
  const said = ORDER.filter((state) => (view.hours[state] ?? 0) > 0).map((state) =>
    strings.twin.ribbonPart(strings.words.codeWord[state], durationWords(view.hours[state] ?? 0)),
  );
  return (
    <div>
      <div className="wt-ribbon" role="img" aria-label={strings.twin.ribbonLabel(said)}>
        {view.parts.map(({ state, start, width }) => (
          <span
            key={start}
            className={`wt-ribbon-part wt-operating-${state}`}
            style={{ left: `${start * 100}%`, width: `${width * 100}%` }}
          />
        ))}
      </div>
      <div className="wt-ribbon-ticks wt-number" aria-hidden="true">
        {Array.from({ length: TICKS + 1 }, (_, tick) => view.fromMs + ((view.toMs - view.fromMs) * tick) / TICKS).map(
          (atMs) => (
            <span key={atMs}>{label(atMs)}</span>
          ),
        )}
      </div>
      <ul className="wt-ribbon-legend" aria-hidden="true">
        {ORDER.map((state) => (
          <Part key={state} state={state} word={strings.words.codeWord[state]} hours={view.hours[state] ?? 0} />
        ))}
        <Part state="unknown" word={strings.twin.ribbonUnseen} hours={view.unseenH} />
      </ul>
    </div>
  );
}

function Part({ state, word, hours }: { state: OperatingState; word: string; hours: number }) {
  const Icon = operatingIcon[state];
  return (
    <li className={hours === 0 ? "wt-muted" : ""}>
      <span className={`wt-swatch wt-operating-${state}`} />
      <Icon size="1.1em" aria-hidden="true" />
      {word} <span className="wt-number">{durationWords(hours)}</span>
    </li>
  );
}
