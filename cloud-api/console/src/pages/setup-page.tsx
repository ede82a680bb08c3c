import { Button, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { type ComponentProps, type FormEvent, useEffect, useState } from "react";
import { answer, api } from "../api/client.ts";
import { sessionQuery, setupQuery } from "../api/queries.ts";
import type { SetupState } from "../api/types.ts";
import { PATHS, setupToken } from "../paths.ts";
import { announceSession } from "../session-channel.ts";
import { strings } from "../strings/strings.ts";
import { ErrorState, FormError } from "../ui/messages.tsx";
import { useTitle } from "../ui/use-title.ts";
import { Doorstep } from "./doorstep.tsx";

const text = strings.setup;
const PASSWORD_MIN = 12;

export function SetupPage() {
  useTitle(text.title);
  const token = useTokenOnce();
  const setup = useQuery(setupQuery);
  return <Doorstep {...stepOf(setup, token)} />;
}

/** What stands on the sheet, by whether the set-up is open and the link whole. */
function stepOf(setup: UseQueryResult<SetupState>, token: string | null): ComponentProps<typeof Doorstep> {
  const { title, lead } = text;
  if (setup.isPending) return { title, lead, children: <Skeleton height={240} /> };
  if (setup.isError) {
    return { title, lead, children: <ErrorState error={setup.error} retry={() => void setup.refetch()} /> };
  }
  if (!setup.data.open) return { title: text.closed, lead: text.closedText, children: <ToSignIn /> };
  if (token === null) return { title: text.noToken, lead: text.noTokenText, children: <ToSignIn /> };
  return { title, lead, children: <SetupForm token={token} /> };
}

const ToSignIn = () => (
  <Link className="wt-link" to={PATHS.signIn}>
    {text.toSignIn}
  </Link>
);

/** Reads the token of the link, then takes it out of the address bar and the history: it is as good as a password. */
function useTokenOnce(): string | null {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const [token, setToken] = useState(() => setupToken(hash));
  useEffect(() => {
    const found = setupToken(hash);
    if (found === null) return;
    setToken(found);
    void navigate({ to: PATHS.setup, hash: "", replace: true });
  }, [hash, navigate]);
  return token;
}

function SetupForm({ token }: { token: string }) {
  const [form, setForm] = useState({ name: "", email: "", password: "" });
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/setup", { body: { token, ...form } })),
    onSuccess: (session) => {
      client.removeQueries();
      client.setQueryData(sessionQuery.queryKey, session);
      announceSession();
      void navigate({ to: PATHS.map });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const field = (name: keyof typeof form) => ({
    label: text[name],
    name,
    size: "md" as const,
    required: true,
    withAsterisk: false,
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
  });
  const missing = PASSWORD_MIN - form.password.length;
  return (
    <form className="wt-form" onSubmit={submit}>
      <TextInput {...field("name")} autoComplete="name" maxLength={120} autoFocus />
      <TextInput {...field("email")} type="email" autoComplete="username" maxLength={254} />
      <PasswordInput
        {...field("password")}
        autoComplete="new-password"
        minLength={PASSWORD_MIN}
        maxLength={256}
        description={form.password !== "" && missing > 0 ? text.passwordShort(missing) : text.passwordHint}
      />
      {create.isError ? <FormError title={text.failed} error={create.error} /> : null}
      <Button type="submit" size="md" loading={create.isPending}>
        {text.button}
      </Button>
    </form>
  );
}
