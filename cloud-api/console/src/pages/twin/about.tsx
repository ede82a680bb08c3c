import {
  IconAlertTriangle,
  IconBulb,
  IconCircleCheck,
  IconFileCertificate,
  IconFlask,
  IconHelp,
  IconPlugConnected,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { EvidenceLevel, FirmwareVerdict, TwinView } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import type { Tone } from "../../ui/icons.ts";
import { identityWords } from "./answers.tsx";

const text = strings.twin;
const evidenceIcon = {
  "vendor-document": IconFileCertificate,
  "field-capture": IconPlugConnected,
  inferred: IconBulb,
  synthetic: IconFlask,
  none: IconHelp,
} as const satisfies Record<EvidenceLevel, TablerIcon>;
const firmwareLook = {
  verified: { icon: IconCircleCheck, tone: "calm" },
  unverified: { icon: IconAlertTriangle, tone: "look" },
  "not-told": { icon: IconHelp, tone: "calm" },
} as const satisfies Record<FirmwareVerdict, { icon: TablerIcon; tone: Tone }>;

/** How we know which device this is and what its bytes mean, and what nobody can know of it. */
export function About({ twin }: { twin: TwinView }) {
  const { id, revision, evidence, notKnown } = twin.profile;
  return (
    <section className="wt-section wt-panel">
      <h2 className="wt-heading">{text.about}</h2>
      <dl className="wt-about">
        <dt>{text.identity}</dt>
        <dd>{identityWords(twin.identity)}</dd>
        <dt>{text.profile}</dt>
        <dd>
          {id}, {text.revision(revision)}
        </dd>
        <dt>{text.evidence}</dt>
        <dd data-testid="twin-evidence">
          <Said icon={evidenceIcon[evidence.level]} tone="calm">
            {strings.words.evidence[evidence.level]}
          </Said>
          {evidence.note === "" ? null : <div>{evidence.note}</div>}
        </dd>
        {notKnown.length === 0 ? null : (
          <>
            <dt>{text.notKnown}</dt>
            <dd data-testid="twin-not-known">
              <ul className="wt-not-known">
                {notKnown.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </dd>
          </>
        )}
        <dt>{text.firmware}</dt>
        <dd data-testid="twin-firmware">
          <Firmware twin={twin} />
        </dd>
      </dl>
    </section>
  );
}

function Firmware({ twin: { firmware, profile } }: { twin: TwinView }) {
  const { icon, tone } = firmwareLook[profile.firmware];
  const words = strings.words.firmware[profile.firmware];
  return (
    <>
      <Said icon={icon} tone={tone}>
        {firmware === null ? null : `${firmware}: `}
        {words.word}
      </Said>
      <div>{words.says(firmware)}</div>
    </>
  );
}

function Said({ icon: Icon, tone, children }: { icon: TablerIcon; tone: Tone; children: ReactNode }) {
  return (
    <div className={`wt-said wt-tone-${tone}`}>
      <Icon size={18} aria-hidden="true" />
      <span>{children}</span>
    </div>
  );
}
