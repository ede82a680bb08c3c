import { IconFlask } from "@tabler/icons-react";
import { useServerNow } from "../../live/hooks.ts";
import { strings } from "../../strings/strings.ts";
import { useSiteTime } from "../../ui/site-time.tsx";

/** Stands on every page of a simulated hospital, and in the margin of every sheet of paper. */
export function SimulatedBand() {
  const { title, text } = strings.simulated;
  return (
    <div className="wt-simulated" data-testid="simulated-band">
      <style>{`@page { margin: 16mm 12mm 12mm; @top-center { content: ${JSON.stringify(title)} } }`}</style>
      <IconFlask size={16} aria-hidden="true" />
      <strong>{title}</strong>
      <span className="wt-simulated-text">: {text}</span>
    </div>
  );
}

/** Ages mean nothing on paper without the moment they were counted from. */
export function PrintTime() {
  const time = useSiteTime();
  const nowMs = useServerNow();
  return <span className="wt-print-time">{time.full(new Date(nowMs).toISOString())}</span>;
}

/** The product's mark, and whose hospital this is. */
export function Mark({ hospital }: { hospital: string }) {
  return (
    <div className="wt-mark">
      <img src="/favicon.svg" alt="" width="28" height="28" />
      <div className="wt-mark-words">
        <span className="wt-mark-product">{strings.product}</span>
        <span className="wt-mark-hospital">{hospital}</span>
      </div>
    </div>
  );
}
