import type { TwinView } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import { identityWords } from "./answers.tsx";

const text = strings.twin;

/** How we know which device this is, and how we know what its bytes mean. */
export function About({ twin }: { twin: TwinView }) {
  const { profile } = twin;
  return (
    <section className="wt-section wt-panel">
      <h2 className="wt-heading">{text.about}</h2>
      <dl className="wt-about">
        <dt>{text.identity}</dt>
        <dd>{identityWords(twin.identity)}</dd>
        <dt>{text.profile}</dt>
        <dd>
          {profile.id}, {text.revision(profile.revision)}
        </dd>
        <dt>{text.evidence}</dt>
        <dd>
          {strings.words.evidence[profile.evidence.level]}
          {profile.evidence.note === "" ? null : <div className="wt-muted">{profile.evidence.note}</div>}
        </dd>
        <dt>{text.firmware}</dt>
        <dd>{twin.firmware ?? <span className="wt-muted">{text.unknown}</span>}</dd>
      </dl>
    </section>
  );
}
