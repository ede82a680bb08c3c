import { CloseButton } from "@mantine/core";
import { IconBox, IconFingerprint } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { wardQuery } from "../../api/queries.ts";
import type { TwinChip, WardView } from "../../api/types.ts";
import { useLive } from "../../live/hooks.ts";
import { wardTopic } from "../../live/topics.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { identityTone, kindIcon } from "../../ui/icons.ts";
import { EmptyState, ErrorState, Loading } from "../../ui/messages.tsx";
import { Age } from "../../ui/site-time.tsx";
import { StateBar, StateTag } from "../../ui/state-bar.tsx";

const text = strings.ward;

/** One ward opened beside the map: its devices, each a link to its twin. The map stays in reach beside it. */
export function WardDrawer({ id, close }: { id: string; close: () => void }) {
  const ward = useQuery(wardQuery(id));
  useLive(ward.isSuccess ? wardTopic(id) : null);
  const panel = useFocusWhileOpen(id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
  };

  return (
    <aside ref={panel} className="wt-drawer" tabIndex={-1} aria-labelledby="ward-name" onKeyDown={onKeyDown}>
      <div className="wt-drawer-head">
        <div>
          <h2 id="ward-name" className="wt-drawer-title">
            {ward.data?.ward.name ?? (ward.isError ? text.unknown : id)}
          </h2>
          {ward.data === undefined ? null : (
            <div className="wt-muted">
              {text.devices(ward.data.devices.length)} · {strings.map.floor(ward.data.ward.floor)}
            </div>
          )}
        </div>
        <CloseButton size="lg" aria-label={text.close} onClick={close} />
      </div>
      <div className="wt-drawer-body">
        {ward.isPending ? <Loading rows={5} height={64} /> : null}
        {ward.isError ? <ErrorState error={ward.error} retry={() => void ward.refetch()} /> : null}
        {ward.data?.devices.length === 0 ? (
          <EmptyState icon={IconBox} title={text.empty} text={text.emptyText} />
        ) : null}
        {ward.data === undefined ? null : <Classes view={ward.data} />}
      </div>
    </aside>
  );
}

/** The keyboard follows into the panel, and returns to where it was when the panel closes. */
function useFocusWhileOpen(id: string): RefObject<HTMLElement | null> {
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another ward in the same panel is a new opening
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [id]);
  return panel;
}

function Classes({ view }: { view: WardView }) {
  return view.ward.classes
    .filter(({ have }) => have > 0)
    .map((count) => (
      <section key={count.kind} className="wt-chips" aria-label={strings.words.kind[count.kind].many}>
        <h3 className="wt-heading">
          {strings.words.kind[count.kind].many} <span className="wt-number wt-muted">{count.have}</span>
        </h3>
        <StateBar count={count} />
        <ul className="wt-chip-list">
          {view.devices
            .filter(({ kind }) => kind === count.kind)
            .map((device) => (
              <li key={device.id}>
                <Chip device={device} />
              </li>
            ))}
        </ul>
      </section>
    ));
}

function Chip({ device }: { device: TwinChip }) {
  const Icon = kindIcon[device.kind];
  return (
    <Link to={PATHS.twin} params={{ id: device.id }} className="wt-chip" data-testid={`chip-${device.id}`}>
      <Icon size={22} stroke={1.7} aria-hidden="true" className="wt-muted" />
      <span className="wt-chip-name">
        <strong>{device.assetNumber ?? device.serial}</strong>
        <span className="wt-chip-model">
          {device.manufacturer} {device.model}
          {device.assetNumber === null ? `, ${text.noAsset}` : ""}
        </span>
        {device.identityHold === null ? null : (
          <span className={`wt-chip-hold wt-tone-${identityTone[device.identityHold]}`}>
            <IconFingerprint size="1.1em" aria-hidden="true" />
            {strings.words.hold.identityShort[device.identityHold]}
          </span>
        )}
      </span>
      <span className="wt-chip-state">
        <StateTag state={device.availability} />
        <Age at={device.newestAt} className="wt-chip-age" />
      </span>
    </Link>
  );
}
