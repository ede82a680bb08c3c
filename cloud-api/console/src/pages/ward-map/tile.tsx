import { Link } from "@tanstack/react-router";
import type { ClassCount, DeviceKind, WardTile } from "../../api/types.ts";
import { useServerNow } from "../../live/hooks.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { kindIcon, wardIcon } from "../../ui/icons.ts";
import { Age } from "../../ui/site-time.tsx";
import { StateBar, StateCounts, StateWords } from "../../ui/state-bar.tsx";

const OLD_MS = 60_000;

interface Props {
  ward: WardTile;
  kinds: readonly DeviceKind[];
  opened: boolean;
}

/** One ward; the whole tile is the link that opens it. */
export function Tile({ ward, kinds, opened }: Props) {
  const WardIcon = wardIcon[ward.kind];
  const countOf = (kind: DeviceKind) => ward.classes.find((it) => it.kind === kind && it.have > 0);
  const none = kinds.filter((kind) => countOf(kind) === undefined);
  return (
    <article className={`wt-tile wt-panel ${opened ? "wt-tile-opened" : ""}`} data-testid={`ward-tile-${ward.id}`}>
      <header className="wt-tile-head">
        <WardIcon size="1.2em" stroke={1.7} aria-hidden="true" className="wt-muted" />
        <h3 className="wt-tile-name">
          <Link
            to={PATHS.map}
            search={(old) => ({ ...old, ward: ward.id })}
            resetScroll={false}
            className="wt-tile-link"
            title={strings.map.open(ward.name)}
          >
            {ward.name}
          </Link>
        </h3>
        <TileAge asOf={ward.asOf} />
      </header>
      <StateWords />
      {kinds.map((kind) => {
        const count = countOf(kind);
        return count === undefined ? null : <TileClass key={kind} count={count} />;
      })}
      {none.length === 0 ? null : <p className="wt-tile-none">{strings.map.none(none)}</p>}
    </article>
  );
}

/** Said only when it matters: a picture less than a minute old is as good as the present. */
function TileAge({ asOf }: { asOf: string | null }) {
  const nowMs = useServerNow();
  if (asOf === null) return <span className="wt-tile-age wt-muted">{strings.map.neverHeard}</span>;
  if (nowMs - Date.parse(asOf) < OLD_MS) return null;
  return (
    <span className="wt-tile-age">
      {strings.map.asOf} <Age at={asOf} />
    </span>
  );
}

function TileClass({ count }: { count: ClassCount }) {
  const Icon = kindIcon[count.kind];
  return (
    <div className="wt-tile-class">
      <div className="wt-tile-class-head">
        <Icon size="1.15em" stroke={1.7} aria-hidden="true" />
        <span className="wt-tile-class-name">{strings.words.kind[count.kind].many}</span>
        <span className="wt-tile-have wt-number">{count.have}</span>
      </div>
      <StateBar count={count} />
      <StateCounts count={count} />
    </div>
  );
}
