import { IconDeviceTv, IconMapOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { wardMapQuery } from "../../api/queries.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { EmptyState, ErrorState, Loading } from "../../ui/messages.tsx";
import { useTitle } from "../../ui/use-title.ts";
import { floorsOf, kindsOf } from "./floors.ts";
import { Strip } from "./strip.tsx";
import { Tile } from "./tile.tsx";
import { WardDrawer } from "./ward-drawer.tsx";
import "./ward-map.css";

const text = strings.map;
const FROM = "/signed-in/";

export function WardMapPage() {
  useTitle(text.title);
  const { ward, wall } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: PATHS.map });
  const map = useQuery(wardMapQuery);

  return (
    <div className="wt-map">
      <div className="wt-map-head">
        <h1 className="wt-page-title">{text.title}</h1>
        {wall === undefined ? (
          <Link to={PATHS.map} search={{ wall: "1" }} className="wt-quiet-button wt-no-print">
            <IconDeviceTv size={18} aria-hidden="true" />
            {text.wall}
          </Link>
        ) : null}
      </div>
      {map.isPending ? <Loading rows={3} height={220} /> : null}
      {map.isError ? <ErrorState error={map.error} retry={() => void map.refetch()} /> : null}
      {map.data?.wards.length === 0 ? <EmptyState icon={IconMapOff} title={text.empty} text={text.emptyText} /> : null}
      {map.data !== undefined && map.data.wards.length > 0 ? (
        <>
          <Strip totals={map.data.totals} notices={map.data.notices} />
          <Floors wards={map.data.wards} kinds={kindsOf(map.data)} opened={ward} />
        </>
      ) : null}
      {ward === undefined ? null : (
        <WardDrawer
          id={ward}
          close={() => void navigate({ search: wall === undefined ? {} : { wall }, resetScroll: false })}
        />
      )}
    </div>
  );
}

type FloorsProps = Pick<Parameters<typeof floorsOf>[0], "wards"> & {
  kinds: ReturnType<typeof kindsOf>;
  opened: string | undefined;
};

/** Wards by floor, highest first; stores and workshops in a column of their own, so that no ward ever moves for them. */
function Floors({ wards, kinds, opened }: FloorsProps) {
  const { floors, apart } = floorsOf({ wards });
  const widest = Math.max(1, ...floors.map((floor) => floor.wards.length));
  return (
    <div
      className={`wt-floors ${apart.length > 0 ? "wt-floors-apart" : ""}`}
      style={{ "--wt-columns": widest, "--wt-classes": kinds.length }}
    >
      <div className="wt-floors-wards">
        {floors.map(({ floor, wards: onFloor }) => (
          <section key={floor} className="wt-floor" aria-label={text.floor(floor)}>
            <h2 className="wt-floor-name">{text.floor(floor)}</h2>
            <div className="wt-tiles">
              {onFloor.map((tile) => (
                <Tile key={tile.id} ward={tile} kinds={kinds} opened={tile.id === opened} />
              ))}
            </div>
          </section>
        ))}
      </div>
      {apart.length === 0 ? null : (
        <section className="wt-floor" aria-label={text.apart}>
          <h2 className="wt-floor-name">{text.apart}</h2>
          <div className="wt-tiles wt-tiles-apart">
            {apart.map((tile) => (
              <Tile key={tile.id} ward={tile} kinds={kinds} opened={tile.id === opened} />
            ))}
          </div>
        </section>
      )}
    </div>
  );
}
