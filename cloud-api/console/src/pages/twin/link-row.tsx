import {
  IconClock,
  IconHelp,
  IconPlugConnected,
  IconPlugConnectedX,
  IconRouter,
  IconRouterOff,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { DeviceLinkState, GatewayLinkState, TwinView } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import type { Tone } from "../../ui/icons.ts";
import { Age, Moment } from "../../ui/site-time.tsx";

const text = strings.twin;
const gatewayLook = {
  online: { icon: IconRouter, tone: "calm" },
  offline: { icon: IconRouterOff, tone: "act" },
  unknown: { icon: IconHelp, tone: "look" },
} as const satisfies Record<GatewayLinkState, { icon: TablerIcon; tone: Tone }>;
const deviceLook = {
  connected: { icon: IconPlugConnected, tone: "calm" },
  unreachable: { icon: IconPlugConnectedX, tone: "look" },
  unknown: { icon: IconHelp, tone: "calm" },
} as const satisfies Record<DeviceLinkState, { icon: TablerIcon; tone: Tone }>;

/**
 * How far what stands here can be believed: both links, and how old the values are. What an offline gateway last said of
 * its device is not live, so it is struck.
 */
export function LinkRow({ connectivity: { gateway, device, values } }: { connectivity: TwinView["connectivity"] }) {
  return (
    <div className="wt-links wt-panel">
      <Cell title={text.gatewayLink} look={gatewayLook[gateway.state]} since={gateway.since}>
        <span className="wt-live-word" data-testid="gateway-link">
          {strings.words.gatewayLink[gateway.state]}
        </span>
        <span className="wt-links-note">{gateway.name ?? text.noGateway}</span>
      </Cell>
      <Cell title={text.deviceLink} look={deviceLook[device.state]} since={device.since}>
        <span className={`wt-live-word ${gateway.state === "online" ? "" : "wt-aged"}`} data-testid="device-link">
          {strings.words.deviceLink[device.state]}
        </span>
      </Cell>
      <Cell title={text.values} look={{ icon: IconClock, tone: values.stale ? "look" : "calm" }} since={null}>
        {values.newestAt === null ? (
          text.noValues
        ) : (
          <>
            <span className="wt-links-note">{text.newest}</span>
            <Age at={values.newestAt} />
            <span className="wt-links-note">
              {text.oldest} <Age at={values.oldestAt} />
            </span>
          </>
        )}
      </Cell>
    </div>
  );
}

interface CellProps {
  title: string;
  look: { icon: TablerIcon; tone: Tone };
  since: string | null;
  children: ReactNode;
}

function Cell({ title, look: { icon: Icon, tone }, since, children }: CellProps) {
  return (
    <section className="wt-link-cell">
      <h2 className="wt-label">{title}</h2>
      <p className={`wt-link-state wt-tone-${tone}`}>
        <Icon size={20} aria-hidden="true" />
        {children}
        {since === null ? null : (
          <span className="wt-links-note">
            {text.sinceWord} <Moment at={since} />
          </span>
        )}
      </p>
    </section>
  );
}
