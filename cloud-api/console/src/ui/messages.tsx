import { Button, Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, type TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { explained } from "../api/problem.ts";
import { useLiveHealth } from "../live/hooks.ts";
import { strings } from "../strings/strings.ts";
import { useSiteTime } from "./site-time.tsx";
import "./messages.css";

interface Said {
  icon: TablerIcon;
  title: string;
  text: string;
  children?: ReactNode;
}

/** A calm sentence where there is nothing to show. */
export function EmptyState({ icon: Icon, title, text, children }: Said) {
  return (
    <div className="wt-message">
      <Icon size={36} stroke={1.5} aria-hidden="true" />
      <h2 className="wt-message-title">{title}</h2>
      <p className="wt-message-text">{text}</p>
      {children}
    </div>
  );
}

interface Failed {
  error: unknown;
  retry?: () => void;
  children?: ReactNode;
}

/** What went wrong and what to do; `children` where another way leads on. */
export function ErrorState({ error, retry, children }: Failed) {
  const { title, detail } = explained(error);
  return (
    <div role="alert">
      <EmptyState icon={IconAlertTriangle} title={title} text={detail}>
        {retry === undefined ? null : (
          <Button variant="default" onClick={retry}>
            {strings.problem.retry}
          </Button>
        )}
        {children}
      </EmptyState>
    </div>
  );
}

/** Stands in a form, above its button. */
export function FormError({ title, error }: { title: string; error: unknown }) {
  return (
    <div role="alert" className="wt-form-error">
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        <div>{explained(error).detail}</div>
      </div>
    </div>
  );
}

/** Grey places of the size of what is coming, so that nothing jumps when it comes. */
export function Loading({ rows, height }: { rows: number; height: number }) {
  return (
    <div className="wt-loading" role="status" aria-label={strings.shell.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical placeholders have no other name
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </div>
  );
}

/** Says that the line is down, and of when the values are. */
export function LostBanner() {
  const { lost, asOfMs } = useLiveHealth();
  const time = useSiteTime();
  return (
    <div role="status" className="wt-lost-place">
      {lost ? (
        <div className="wt-lost" data-testid="live-lost">
          <IconCloudOff size={18} aria-hidden="true" />
          <strong className="wt-number">{strings.shell.lost(time.clock(asOfMs))}</strong>
          <span>{strings.shell.retrying}</span>
        </div>
      ) : null}
    </div>
  );
}
