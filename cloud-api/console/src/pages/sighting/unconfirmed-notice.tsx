import { IconFingerprint } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { SightingTaken, TwinView } from "../../api/types.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { Moment } from "../../ui/site-time.tsx";
import { ConfirmByScan } from "./confirm-by-scan.tsx";
import { TakenNote } from "./taken-note.tsx";

const text = strings.sighting;

/** Says that something else may answer in this device's place, and takes the scan that settles it. */
export function UnconfirmedNotice({ twin }: { twin: TwinView }) {
  const [taken, setTaken] = useState<SightingTaken | null>(null);
  const { unconfirmed } = twin.identity;
  return (
    <>
      {taken === null ? null : <TakenNote taken={taken} here={twin.id} />}
      {unconfirmed === null ? null : (
        <section className="wt-unconfirmed wt-panel" aria-labelledby="unconfirmed" data-testid="twin-unconfirmed">
          <div>
            <h2 id="unconfirmed" className="wt-unconfirmed-head">
              <IconFingerprint size={22} aria-hidden="true" />
              {text.unconfirmed}
            </h2>
            <p>
              {text.answersOn(unconfirmed.line, unconfirmed.unit)} <Moment at={unconfirmed.since} />
              {text.nobodySaid}{" "}
              <Link className="wt-link" to={PATHS.gateways}>
                {text.allLines}
              </Link>
            </p>
          </div>
          <ConfirmByScan place={unconfirmed} onTaken={setTaken} />
        </section>
      )}
    </>
  );
}
