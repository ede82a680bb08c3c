import type { Hold, TwinView } from "../../api/types.ts";
import { useServerNow } from "../../live/hooks.ts";
import { strings } from "../../strings/strings.ts";
import { readingWords } from "../../ui/format.ts";
import { availabilityIcon, availabilityTone } from "../../ui/icons.ts";
import { Moment, useSiteTime } from "../../ui/site-time.tsx";
import { ucumOf } from "../../ui/ucum.ts";

const words = strings.words.hold;

/** May I use it: the state, and every reason in words with who can lift it. */
export function Readiness({ twin }: { twin: TwinView }) {
  const { availability, freeAt, holds } = twin.readiness;
  const Icon = availabilityIcon[availability];
  const tone = availabilityTone[availability];
  return (
    <section className={`wt-answer wt-panel wt-may-${tone}`}>
      <h2 className="wt-label">{strings.twin.may}</h2>
      <p className={`wt-may-word wt-tone-${tone}`} data-testid="twin-availability">
        <Icon size="1.15em" aria-hidden="true" />
        <span className="wt-live-word">{strings.words.availability[availability]}</span>
      </p>
      <p>{sentence(twin.readiness)}</p>
      {freeAt === null ? null : (
        <p>
          {strings.twin.freeBefore} <Moment at={freeAt} /> {strings.twin.freeAfter}
        </p>
      )}
      {holds.length === 0 ? null : (
        <ul className="wt-holds">
          {holds.map((hold) => (
            <HoldItem key={`${hold.kind} ${hold.reason} ${hold.metric}`} hold={hold} serial={twin.serial} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Why it counts where it does. Holds that do not decide it now are told as what stands against the next use. */
function sentence({ availability, because, holds }: TwinView["readiness"]): string {
  if (because === "hold") return strings.twin.held[availability === "blocked" ? "blocked" : "unknown"](holds.length);
  const told = strings.words.because[because];
  return holds.length === 0 ? told : `${told} ${strings.twin.heldLater(holds.length)}`;
}

function HoldItem({ hold, serial }: { hold: Hold; serial: string }) {
  const title = words.title[hold.kind === "identity" && hold.reason === "unverified" ? "software" : hold.kind];
  const lift = hold.kind === "identity" ? words.liftIdentity[hold.reason] : words.lift[hold.liftedBy][hold.kind];
  return (
    <li>
      <strong>{title}.</strong> {useEvidence(hold, serial)} <span className="wt-muted">{lift}</span>
    </li>
  );
}

function useEvidence({ kind, metric, reason, value, word, at }: Hold, registered: string): string {
  const time = useSiteTime();
  const nowMs = useServerNow();
  const moment = at === null ? null : time.moment(at, nowMs);
  if (kind === "identity") return words.identity[reason]({ told: word, registered, at: moment });
  const what = metric === null ? strings.twin.itself : strings.words.metric[metric];
  const reading = metric === null ? null : readingWords(value, word, ucumOf(metric));
  return words.evidence[reason]({ what, reading, at: moment });
}
