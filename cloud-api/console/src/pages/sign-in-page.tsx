import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { answer, api } from "../api/client.ts";
import { sessionQuery, setupQuery } from "../api/queries.ts";
import { PATHS, safeNext } from "../paths.ts";
import { announceSession } from "../session-channel.ts";
import { strings } from "../strings/strings.ts";
import { FormError } from "../ui/messages.tsx";
import { useTitle } from "../ui/use-title.ts";
import { Doorstep } from "./doorstep.tsx";

const text = strings.signIn;

export function SignInPage() {
  useTitle(text.title);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { next } = useSearch({ from: PATHS.signIn });
  const router = useRouter();
  const client = useQueryClient();
  const setup = useQuery({ ...setupQuery, retry: false });
  const signIn = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/session", { body: { email, password } })),
    onSuccess: (session) => {
      client.removeQueries();
      client.setQueryData(sessionQuery.queryKey, session);
      announceSession();
      router.history.push(safeNext(next));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };

  return (
    <Doorstep title={text.title} lead={setup.data?.open === true ? text.setupOpen : text.lead}>
      <form className="wt-form" onSubmit={submit}>
        <TextInput
          label={text.email}
          type="email"
          name="email"
          autoComplete="username"
          size="md"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={text.password}
          name="password"
          autoComplete="current-password"
          size="md"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.isError ? <FormError title={text.failed} error={signIn.error} /> : null}
        <Button type="submit" size="md" loading={signIn.isPending}>
          {text.button}
        </Button>
      </form>
    </Doorstep>
  );
}
