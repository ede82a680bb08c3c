import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { discoveredQuery } from "../../api/queries.ts";
import type { DiscoveredDevice } from "../../api/types.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";
import { ErrorState, Loading } from "../../ui/messages.tsx";
import { Age, Moment } from "../../ui/site-time.tsx";
import "../../ui/table.css";
import "./sighting.css";

const text = strings.discovered;

/** Every device that a gateway hears and does not have, with what would settle it. */
export function DiscoveredList() {
  const query = useQuery(discoveredQuery);
  const devices = query.data?.devices;
  return (
    <section className="wt-lines" aria-labelledby="discovered">
      <h2 id="discovered" className="wt-heading wt-heading-apart">
        {text.title}
      </h2>
      {query.isPending ? <Loading rows={1} height={44} /> : null}
      {query.isError && devices === undefined ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {devices?.length === 0 ? <p className="wt-muted">{text.none}</p> : null}
      {devices === undefined || devices.length === 0 ? null : <Devices devices={devices} />}
    </section>
  );
}

function Devices({ devices }: { devices: DiscoveredDevice[] }) {
  const { column } = text;
  return (
    <>
      <p className="wt-lines-lead wt-muted">{text.lead}</p>
      <div className="wt-panel wt-scroll">
        <table className="wt-table">
          <thead>
            <tr>
              {[column.device, column.place, column.first, column.last, column.standing].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {devices.map((one) => (
              <Row key={JSON.stringify([one.place, one.profile, one.serial])} {...one} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ place, profile, manufacturer, model, serial, firstAt, lastAt, device, standing }: DiscoveredDevice) {
  const says = [manufacturer, model].filter((word) => word !== null).join(" ");
  return (
    <tr data-testid={`discovered-${serial}`}>
      <th scope="row">
        <strong>{says === "" ? text.serial(serial) : `${says}, ${text.serial(serial)}`}</strong>{" "}
        <span className="wt-muted">{text.readBy(profile)}</span>
      </th>
      <td>
        {place.gateway} <span className="wt-muted">{strings.sighting.place(place.line, place.unit)}</span>
      </td>
      <td>
        <Moment at={firstAt} />
      </td>
      <td>
        <Age at={lastAt} />
      </td>
      <td>
        {text.standing[standing]}{" "}
        {device === null ? null : (
          <Link className="wt-link" to={PATHS.twin} params={{ id: device }}>
            {device}
          </Link>
        )}
      </td>
    </tr>
  );
}
