import { IconFlask } from "@tabler/icons-react";
import { strings } from "../../strings/strings.ts";

/** Stands on every page of a simulated hospital, on paper too. */
export function SimulatedBand() {
  return (
    <div className="wt-simulated" data-testid="simulated-band">
      <IconFlask size={16} aria-hidden="true" />
      <strong>{strings.simulated.title}</strong>
      <span className="wt-simulated-text">: {strings.simulated.text}</span>
    </div>
  );
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
