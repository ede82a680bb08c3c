import { Link, Outlet, useRouteContext, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { useLive, useLiveClient, useLiveHealth } from "../../live/hooks.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { siteTime } from "../../ui/format.ts";
import { LostBanner } from "../../ui/messages.tsx";
import { SiteTimeContext } from "../../ui/site-time.tsx";
import { Account } from "./account.tsx";
import { Mark, SimulatedBand } from "./frame.tsx";
import "./shell.css";

/** The frame of every page behind sign-in. It always follows the map, so that each page knows whether the line is up. */
export function Shell() {
  const { session } = useRouteContext({ from: "/signed-in" });
  const { wall } = useSearch({ strict: false });
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
      <div className={`wt-shell ${wall === "1" ? "wt-wall" : ""} ${lost ? "wt-not-live" : ""}`}>
        <a className="wt-skip" href="#content">
          {strings.shell.skip}
        </a>
        <header className="wt-header">
          {session.site?.simulated === true ? <SimulatedBand /> : null}
          <div className="wt-header-row">
            <Mark hospital={session.site?.name ?? strings.noHospital} />
            <nav aria-label={strings.shell.main} className="wt-nav wt-no-print wt-not-on-wall">
              <Link to={PATHS.map} activeOptions={{ exact: true, includeSearch: false }} className="wt-nav-link">
                {strings.map.title}
              </Link>
              <Link to={PATHS.gateways} className="wt-nav-link">
                {strings.gateways.title}
              </Link>
            </nav>
            <Account user={session.user} />
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
