import type { ReactNode } from "react";
import type { FactName, Facts, TwinView } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import { operatingIcon } from "../../ui/icons.ts";
import { Age, Moment } from "../../ui/site-time.tsx";
import { Readiness } from "./readiness.tsx";

const text = strings.twin;
const FACTS = ["operating", "service", "hygiene", "custody", "power"] as const satisfies FactName[];

/** The four questions that somebody stands before the device with, answered in words. */
export function Answers({ twin }: { twin: TwinView }) {
  return (
    <div className="wt-answers">
      <Readiness twin={twin} />
      <Answer title={text.doing}>
        <FactList facts={twin.facts} />
      </Answer>
      <Answer title={text.what}>
        <p className="wt-answer-main">
          {twin.manufacturer} {twin.model}
        </p>
        <dl className="wt-pairs">
          <dt>{text.asset}</dt>
          <dd>{twin.assetNumber ?? <span className="wt-muted">{text.noAsset}</span>}</dd>
          <dt>{text.serial}</dt>
          <dd>{twin.serial}</dd>
        </dl>
        <p className={isDoubtful(twin.identity) ? "wt-tone-act" : "wt-muted"}>{identityWords(twin.identity)}</p>
      </Answer>
      <Answer title={text.where}>
        <p className="wt-answer-main">{twin.place.wardName}</p>
        <p className="wt-muted">
          {text.placeRegistry}, <SinceMoment at={twin.place.since} />
        </p>
      </Answer>
    </div>
  );
}

const isDoubtful = ({ confirmed, unconfirmed, conflict }: TwinView["identity"]): boolean =>
  confirmed === false || unconfirmed !== null || conflict !== null;

export function identityWords({ strength, confirmed, unconfirmed, conflict }: TwinView["identity"]): string {
  if (conflict !== null) return strings.words.identityConflict;
  if (unconfirmed !== null) return strings.words.identityUnconfirmed;
  return strings.words.identity[strength][confirmed === null ? "untold" : confirmed ? "yes" : "no"];
}

function Answer({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="wt-answer wt-panel">
      <h2 className="wt-label">{title}</h2>
      {children}
    </section>
  );
}

const SinceMoment = ({ at }: { at: string }) => (
  <>
    {text.sinceWord} <Moment at={at} />
  </>
);

function FactList({ facts }: { facts: Facts }) {
  const Icon = operatingIcon[facts.operating.word];
  return (
    <>
      <p className="wt-answer-main">
        <Icon size="1.1em" aria-hidden="true" />
        <span className="wt-live-word" data-testid="twin-operating">
          {strings.words.factWord[facts.operating.word]}
        </span>
        {facts.operating.since === null || facts.operating.word === "unknown" ? null : (
          <span className="wt-answer-since">
            <SinceMoment at={facts.operating.since} />
          </span>
        )}
      </p>
      <dl className="wt-facts">
        {FACTS.map((name) => (
          <FactRow key={name} name={name} fact={facts[name]} />
        ))}
      </dl>
    </>
  );
}

/** A fact that was told once and is unknown now was told last, not just. */
function sourceWords({ source, word }: Facts[FactName]): string {
  if (source === null) return text.nobodyTold;
  return word === "unknown" ? text.lastTold : strings.words.factSource[source];
}

function FactRow({ name, fact }: { name: FactName; fact: Facts[FactName] }) {
  return (
    <>
      <dt>{strings.words.fact[name]}</dt>
      <dd className={fact.source === null ? "wt-muted" : ""}>{strings.words.factWord[fact.word]}</dd>
      <dd className="wt-fact-source">
        {sourceWords(fact)}
        {fact.source === null || fact.at === null ? null : (
          <>
            , <Age at={fact.at} />
          </>
        )}
      </dd>
    </>
  );
}
