import { createContext, use } from "react";
import { useServerNow } from "../live/hooks.ts";
import { strings } from "../strings/strings.ts";
import { ageWords } from "./age.ts";
import { type SiteTime, siteTime } from "./format.ts";

export const SiteTimeContext = createContext<SiteTime>(siteTime(undefined));
export const useSiteTime = (): SiteTime => use(SiteTimeContext);

/** "12 s ago", ticking; the full time in the hospital's zone on hover. */
export function Age({ at, className }: { at: string | null; className?: string }) {
  const time = useSiteTime();
  const nowMs = useServerNow();
  if (at === null) return <span className={className}>{strings.age.never}</span>;
  return (
    <time dateTime={at} title={time.full(at)} className={`wt-number ${className ?? ""}`}>
      {ageWords(nowMs - Date.parse(at))}
    </time>
  );
}

/** "14:32", or with its day where that is not today; the full time on hover. */
export function Moment({ at }: { at: string }) {
  const time = useSiteTime();
  const nowMs = useServerNow();
  return (
    <time dateTime={at} title={time.full(at)} className="wt-number">
      {time.moment(at, nowMs)}
    </time>
  );
}
