import { Drawer } from "@mantine/core";
import { IconBox } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { wardQuery } from "../../api/queries.ts";
import type { TwinChip, WardView } from "../../api/types.ts";
import { useLive } from "../../live/hooks.ts";
import { wardTopic } from "../../live/topics.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { kindIcon } from "../../ui/icons.ts";
import { EmptyState, ErrorState, Loading } from "../../ui/messages.tsx";
import { Age } from "../../ui/site-time.tsx";
import { StateBar, StateTag } from "../../ui/state-bar.tsx";

const text = strings.ward;

/** One ward opened beside the map: its devices, each a link to its twin. */
export function WardDrawer({ id, close }: { id: string | undefined; close: () => void }) {
  const shown = useLast(id);
  return (
    <Drawer.Root opened={id !== undefined} onClose={close} position="right" size={440}>
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content className="wt-drawer" aria-label={strings.ward.devices(0)}>
        {shown === undefined ? null : <OpenedWard key={shown} id={shown} />}
      </Drawer.Content>
    </Drawer.Root>
  );
}

/** What was there last, so that a closing drawer does not empty before it has slid away. */
function useLast(id: string | undefined): string | undefined {
  const [last, setLast] = useState(id);
  useEffect(() => {
    if (id !== undefined) setLast(id);
  }, [id]);
  return id ?? last;
}

function OpenedWard({ id }: { id: string }) {
  const ward = useQuery(wardQuery(id));
  useLive(ward.isSuccess ? wardTopic(id) : null);
  return (
    <>
      <Drawer.Header className="wt-drawer-head">
        <div>
          <Drawer.Title className="wt-drawer-title">
            {ward.data?.ward.name ?? (ward.isError ? text.unknown : id)}
          </Drawer.Title>
          {ward.data === undefined ? null : (
            <div className="wt-muted">
              {text.devices(ward.data.devices.length)} · {strings.map.floor(ward.data.ward.floor)}
            </div>
          )}
        </div>
        <Drawer.CloseButton aria-label={text.close} />
      </Drawer.Header>
      <Drawer.Body className="wt-drawer-body">
        {ward.isPending ? <Loading rows={5} height={64} /> : null}
        {ward.isError ? <ErrorState error={ward.error} retry={() => void ward.refetch()} /> : null}
        {ward.data?.devices.length === 0 ? (
          <EmptyState icon={IconBox} title={text.empty} text={text.emptyText} />
        ) : null}
        {ward.data === undefined ? null : <Classes view={ward.data} />}
      </Drawer.Body>
    </>
  );
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
      </span>
      <span className="wt-chip-state">
        <StateTag state={device.availability} />
        <Age at={device.newestAt} className="wt-chip-age" />
      </span>
    </Link>
  );
}
