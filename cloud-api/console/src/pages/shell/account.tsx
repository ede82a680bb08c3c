import { ActionIcon, Button, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSun, type TablerIcon } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, done } from "../../api/client.ts";
import type { Session } from "../../api/types.ts";
import { PATHS } from "../../paths.ts";
import { announceSession } from "../../session-channel.ts";
import { strings } from "../../strings/strings.ts";

type Scheme = keyof typeof strings.shell.colourScheme;
const schemeIcon = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon } as const satisfies Record<
  Scheme,
  TablerIcon
>;
const SCHEMES = ["auto", "light", "dark"] as const satisfies Scheme[];

/** Who is signed in, the colours, and the way out. */
export function Account({ user }: { user: Session["user"] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/session")),
    onSuccess: async () => {
      await navigate({ to: PATHS.signIn, search: {} });
      client.removeQueries();
      announceSession();
    },
  });
  return (
    <div className="wt-account wt-no-print">
      <div className="wt-user">
        <span className="wt-user-name">{user.name}</span>
        <span className="wt-user-role">{strings.words.role[user.role]}</span>
      </div>
      <Colours />
      <Button
        variant="default"
        size="sm"
        leftSection={<IconLogout size={16} aria-hidden="true" />}
        loading={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        {strings.shell.signOut}
      </Button>
    </div>
  );
}

export function Colours() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = schemeIcon[colorScheme];
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={strings.shell.colours} title={strings.shell.colours}>
          <Current size={18} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{strings.shell.colours}</Menu.Label>
        {SCHEMES.map((scheme) => {
          const Icon = schemeIcon[scheme];
          return (
            <Menu.Item
              key={scheme}
              leftSection={<Icon size={16} aria-hidden="true" />}
              rightSection={scheme === colorScheme ? <IconCheck size={16} aria-hidden="true" /> : null}
              aria-current={scheme === colorScheme}
              onClick={() => setColorScheme(scheme)}
            >
              {strings.shell.colourScheme[scheme]}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
