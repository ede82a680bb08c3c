import { IconMapPinOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { PATHS } from "../paths.ts";
import { strings } from "../strings/strings.ts";
import { EmptyState } from "../ui/messages.tsx";
import { useTitle } from "../ui/use-title.ts";

export function NotFoundPage() {
  useTitle(strings.notFound.title);
  return (
    <EmptyState icon={IconMapPinOff} title={strings.notFound.title} text={strings.notFound.text}>
      <Link className="wt-link" to={PATHS.map}>
        {strings.notFound.home}
      </Link>
    </EmptyState>
  );
}
