import { IconFingerprint } from "@tabler/icons-react";
import { useState } from "react";
import type { SightingTaken, TwinView } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import { Moment } from "../../ui/site-time.tsx";
import { ConfirmByScan } from "./confirm-by-scan.tsx";
import { TakenNote } from "./taken-note.tsx";

const text = strings.sighting;

/** Says that two gateways hear this device at once, and takes the scan of the one that is right. */
export function ConflictNotice({ twin }: { twin: TwinView }) {
  const [taken, setTaken] = useState<SightingTaken | null>(null);
  const { conflict } = twin.identity;
  if (conflict === null) return taken === null ? null : <TakenNote taken={taken} here={twin.id} />;
  return (
    <section className="wt-lines" aria-labelledby="conflict" data-testid="twin-conflict">
      <h2 id="conflict" className="wt-unconfirmed-head">
        <IconFingerprint size={22} aria-hidden="true" />
        {text.conflict}
      </h2>
      <p>
        {text.conflictText} <Moment at={conflict.since} />.
      </p>
      <ul className="wt-lines-list">
        {conflict.places.map(({ heardAt, ...place }) => (
          <li key={JSON.stringify(place)} className="wt-line wt-panel">
            <div>
              <div className="wt-line-name">
                <strong>{text.place(place.line, place.unit)}</strong>
                <span className="wt-muted">{place.gateway}</span>
              </div>
              <p>
                {text.heard} <Moment at={heardAt} />.
              </p>
            </div>
            <ConfirmByScan place={place} onTaken={setTaken} />
          </li>
        ))}
      </ul>
    </section>
  );
}
