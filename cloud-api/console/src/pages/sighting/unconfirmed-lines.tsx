import { IconFingerprint } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { unconfirmedQuery } from "../../api/queries.ts";
import type { SightingTaken, UnconfirmedLine } from "../../api/types.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { ErrorState, Loading } from "../../ui/messages.tsx";
import { Moment } from "../../ui/site-time.tsx";
import { ConfirmByScan } from "./confirm-by-scan.tsx";
import { TakenNote } from "./taken-note.tsx";
import "./sighting.css";

const text = strings.sighting;

/** Every line whose device nobody has confirmed since a break, each with the field that settles it. */
export function UnconfirmedLines() {
  const query = useQuery(unconfirmedQuery);
  const [taken, setTaken] = useState<SightingTaken | null>(null);
  const lines = query.data?.lines;
  return (
    <section className="wt-lines" aria-labelledby="lines">
      <h2 id="lines" className="wt-heading">
        {text.lines}
      </h2>
      {taken === null ? null : <TakenNote taken={taken} />}
      {query.isPending ? <Loading rows={1} height={44} /> : null}
      {query.isError && lines === undefined ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {lines?.length === 0 ? <p className="wt-muted">{text.linesNone}</p> : null}
      {lines === undefined || lines.length === 0 ? null : (
        <>
          <p className="wt-lines-lead wt-muted">{text.linesLead}</p>
          <ul className="wt-lines-list">
            {lines.map((line) => (
              <Line key={JSON.stringify(line.place)} line={line} onTaken={setTaken} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** What is known of a line stands beside its field, under it on a phone. */
function Line({ line, onTaken }: { line: UnconfirmedLine; onTaken: (taken: SightingTaken) => void }) {
  const { place, device, profile, says, since } = line;
  return (
    <li className="wt-line wt-panel" data-testid={`line-${place.line}-${place.unit}`}>
      <div>
        <div className="wt-line-name">
          <IconFingerprint size={20} aria-hidden="true" className="wt-tone-act" />
          <strong>{text.place(place.line, place.unit)}</strong>
          <span className="wt-muted">{place.gateway}</span>
        </div>
        <p>
          {text.before}:{" "}
          {device === null ? (
            text.nobodyBound
          ) : (
            <Link className="wt-link" to={PATHS.twin} params={{ id: device }}>
              {device}
            </Link>
          )}
          . {text.since} <Moment at={since} />.
        </p>
        <p className="wt-muted">{text.says(says, profile)}</p>
      </div>
      <ConfirmByScan place={place} onTaken={onTaken} />
    </li>
  );
}
