import { Button, TextInput } from "@mantine/core";
import { IconBarcode } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { answer, api } from "../../api/client.ts";
import { afterSighting } from "../../api/queries.ts";
import type { Place, SightingTaken } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";
import { FormError } from "../../ui/messages.tsx";
import "./sighting.css";

const text = strings.sighting;
const TAG_MAX = 256;

interface Props {
  place: Place;
  onTaken: (taken: SightingTaken) => void;
}

/** One field for the tag of the device that hangs on a place; a scanner types into it and presses Enter. */
export function ConfirmByScan({ place: { gateway, line, unit }, onTaken }: Props) {
  const [tag, setTag] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const client = useQueryClient();
  const confirm = useMutation({
    mutationFn: (device: string) =>
      answer(api.POST("/api/v1/sightings", { body: { device, place: { gateway, line, unit }, source: "scan" } })),
    onSuccess: (taken) => {
      setTag("");
      onTaken(taken);
      return afterSighting(client);
    },
    // What was refused gives way to the next scan; a scanner does not clear the field.
    onError: () => field.current?.select(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const scanned = tag.trim();
    if (scanned !== "" && !confirm.isPending) confirm.mutate(scanned);
  };
  return (
    <form className="wt-scan" onSubmit={submit} data-testid={`scan-${line}-${unit}`}>
      <TextInput
        ref={field}
        label={text.field}
        placeholder={text.hint}
        className="wt-scan-field"
        name="tag"
        leftSection={<IconBarcode size={18} aria-hidden="true" />}
        maxLength={TAG_MAX}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="done"
        value={tag}
        onChange={(event) => setTag(event.currentTarget.value)}
      />
      <Button type="submit" loading={confirm.isPending}>
        {text.button}
      </Button>
      {confirm.isError ? <FormError title={text.failed} error={confirm.error} /> : null}
    </form>
  );
}
