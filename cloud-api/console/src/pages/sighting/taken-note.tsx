import { IconCircleCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { SightingTaken } from "../../api/types.ts";
import { PATHS } from "../../paths.ts";
import { strings } from "../../strings/strings.ts";

const text = strings.sighting;

/** What the last scan has settled; `here` is the device that the page is about, where it is about one. */
export function TakenNote({ taken, here }: { taken: SightingTaken; here?: string }) {
  const { device, place, answers } = taken;
  const isOther = here !== undefined && here !== device;
  return (
    <p role="status" className="wt-taken wt-panel" data-testid="sighting-taken">
      <IconCircleCheck size={20} aria-hidden="true" />
      <span>
        {device === here ? (
          text.taken(device, place.line, place.unit)
        ) : (
          <Link className="wt-link" to={PATHS.twin} params={{ id: device }}>
            {text.taken(device, place.line, place.unit)}
          </Link>
        )}{" "}
        {answers ? null : text.awaited} {isOther ? text.other : null}
      </span>
    </p>
  );
}
