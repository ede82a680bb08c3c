import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { strings } from "../strings/strings.ts";
import { ErrorState } from "../ui/messages.tsx";

/** Where a page could not even begin: the server is away, or the page itself is broken. */
export function RouteError({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main aria-label={strings.product}>
      <ErrorState error={error} retry={() => void router.invalidate()} />
    </main>
  );
}
