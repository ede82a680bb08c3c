import { useElementSize } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useMatches, useRouteContext, useRouter } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { sessionQuery, wardMapQuery } from "../../api/queries.ts";
import type { Session } from "../../api/types.ts";
import { useLive, useLiveClient, useLiveHealth, useServerNow } from "../../live/hooks.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { siteTime } from "../../ui/format.ts";
import { LostBanner } from "../../ui/messages.tsx";
import { SiteTimeContext, useSiteTime } from "../../ui/site-time.tsx";
import { Account } from "./account.tsx";
import { Mark, PrintTime, SimulatedBand } from "./frame.tsx";
import "./shell.css";

/** The frame of every page behind sign-in. It always follows the map, so that each page knows whether the line is up. */
export function Shell() {
  const { session } = useRouteContext({ from: "/signed-in" });
  const simulated = useSimulated(session);
  const wall = useMatches({ select: (matches) => matches.some(({ search }) => "wall" in search) });
  const header = useElementSize();
  const live = useLiveClient();
  useEffect(() => {
    live.setUser(session.user.id);
    return () => live.setUser(null);
  }, [live, session.user.id]);
  useLive("map");
  const { lost } = useLiveHealth();
  const zone = session.site?.timeZone;
  const time = useMemo(() => siteTime(zone), [zone]);

  return (
    <SiteTimeContext value={time}>
      <div
        className={`wt-shell ${wall ? "wt-wall" : ""} ${lost ? "wt-not-live" : ""}`}
        style={{ "--wt-header": `${header.height}px` }}
      >
        <a className="wt-skip" href="#content">
          {strings.shell.skip}
        </a>
        <header ref={header.ref} className="wt-header">
          {simulated ? <SimulatedBand /> : null}
          <div className="wt-header-row">
            <Mark hospital={session.site?.name ?? strings.noHospital} />
            <PrintTime />
            {wall ? (
              <WallTools />
            ) : (
              <>
                <Nav />
                <Account user={session.user} />
              </>
            )}
          </div>
        </header>
        <main id="content" tabIndex={-1} className="wt-main">
          <Outlet />
        </main>
        <LostBanner />
      </div>
    </SiteTimeContext>
  );
}

/**
 * Whether to mark the page as simulated: what the session knows or the map says. A hospital that was imported after
 * sign-in is not in the session yet, so it is asked for again.
 */
function useSimulated(session: Session): boolean {
  const client = useQueryClient();
  const router = useRouter();
  const { data: map } = useQuery({ ...wardMapQuery, enabled: false });
  const isNew = session.site === null && map !== undefined && map.wards.length > 0;
  useEffect(() => {
    if (!isNew) return;
    client.removeQueries({ queryKey: sessionQuery.queryKey });
    void router.invalidate();
  }, [isNew, client, router]);
  return session.site?.simulated === true || map?.simulated === true;
}

function Nav() {
  return (
    <nav aria-label={strings.shell.main} className="wt-nav wt-no-print">
      <Link to={PATHS.map} activeOptions={{ exact: true, includeSearch: false }} className="wt-nav-link">
        {strings.map.title}
      </Link>
      <Link to={PATHS.gateways} className="wt-nav-link">
        {strings.gateways.title}
      </Link>
    </nav>
  );
}

/** On a wall nobody signs out; what matters there is what time the picture is of. */
function WallTools() {
  const time = useSiteTime();
  const nowMs = useServerNow();
  return (
    <div className="wt-wall-tools">
      <span className="wt-number">{time.clock(nowMs)}</span>
      <Link to={PATHS.map} aria-label={strings.map.leaveWall} title={strings.map.leaveWall} className="wt-quiet-button">
        <IconX size="1.2em" aria-hidden="true" />
      </Link>
    </div>
  );
}
