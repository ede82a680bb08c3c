import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import Type from "typebox";
import Value from "typebox/value";
import { expect, test } from "vitest";
import {
  type BrokerRules,
  type Command,
  commandsTo,
  type HolderFacts,
  isOurClient,
  isOurRole,
  keyOfRule,
  NO_RULES,
  peerOfUsername,
  usernameOf,
  wantedRules,
} from "./dynamic-security.ts";

const gatewayOf = (id: string, facts: Partial<HolderFacts> = {}): HolderFacts => ({
  holder: "gateway",
  id,
  site: "st",
  things: [`${id}-vent`],
  certificates: [{ serial: "40aa", valid: true }],
  ...facts,
});

const Acl = Type.Object({
  acltype: Type.String(),
  topic: Type.String(),
  priority: Type.Number(),
  allow: Type.Boolean(),
});
const Role = Type.Object({ rolename: Type.String(), acls: Type.Array(Acl) });
const Client = Type.Object({ username: Type.String(), roles: Type.Array(Type.Object({ rolename: Type.String() })) });
const Defaults = Type.Object({ acls: Type.Array(Type.Object({ acltype: Type.String(), allow: Type.Boolean() })) });
const Named = Type.Object({ username: Type.String() });

/** What a plugin has after the commands, as its own documentation tells them. */
function after(present: BrokerRules, commands: readonly Command[]): BrokerRules {
  const [defaults, roles, clients] = [new Map(present.defaults), new Map(present.roles), new Map(present.clients)];
  const nameOf = (command: Command) => Value.Parse(Named, command).username;
  const clientOf = (command: Command) => {
    const { username, roles: named } = Value.Parse(Client, command);
    for (const { rolename } of named) expect(roles.has(rolename), `${rolename} is there before its client`).toBe(true);
    const disabled = clients.get(username)?.disabled === true;
    clients.set(username, { roles: named.map(({ rolename }) => rolename), disabled });
  };
  const does: Record<string, (command: Command) => void> = {
    deleteClient: (command) => expect(clients.delete(nameOf(command))).toBe(true),
    createClient: (command) => {
      expect(clients.has(nameOf(command))).toBe(false);
      clients.set(nameOf(command), { roles: [], disabled: false });
    },
    modifyClient: (command) => {
      expect(clients.has(nameOf(command))).toBe(true);
      clientOf(command);
    },
    enableClient: (command) => {
      const client = clients.get(nameOf(command));
      if (client !== undefined) clients.set(nameOf(command), { ...client, disabled: false });
    },
    setDefaultACLAccess: (command) => {
      for (const { acltype, allow } of Value.Parse(Defaults, command).acls) defaults.set(acltype, allow);
    },
    deleteRole: ({ rolename }) => expect(roles.delete(String(rolename))).toBe(true),
    createRole: (command) => {
      const { rolename, acls } = Value.Parse(Role, command);
      expect(roles.has(rolename)).toBe(false);
      roles.set(rolename, acls.map(keyOfRule).sort());
    },
    modifyRole: (command) => {
      const { rolename, acls } = Value.Parse(Role, command);
      expect(roles.has(rolename)).toBe(true);
      roles.set(rolename, acls.map(keyOfRule).sort());
    },
  };
  for (const command of commands) does[command.command]?.(command);
  return { defaults, roles, clients };
}

const serial = fc.constantFrom("40aa", "40ab", "40ac", "40ad");
const facts = fc.uniqueArray(fc.constantFrom("gw-a", "gw-b", "gw-c"), { maxLength: 3 }).chain((names) =>
  fc.tuple(
    ...names.map((id) =>
      fc.record({
        id: fc.constant(id),
        holder: fc.constantFrom("gateway" as const, "simulated-gateway" as const),
        site: fc.constantFrom("st", "su"),
        things: fc.subarray(["vent-1", "vent-2"]),
        certificates: fc.uniqueArray(
          fc.record({ serial: serial.map((one) => `${one}${id.slice(-1)}`), valid: fc.boolean() }),
          { selector: (one) => one.serial },
        ),
      }),
    ),
  ),
);

test("whatever the registry was before, the commands make the broker's rules those of now, and then there is nothing to do", () => {
  fc.assert(
    fc.property(facts, facts, (before, now) => {
      const first = wantedRules(before, NO_RULES);
      const present = after(NO_RULES, commandsTo(first, NO_RULES));
      expect(present).toEqual(first);
      const wanted = wantedRules(now, present);
      const then = after(present, commandsTo(wanted, present));
      expect(then).toEqual(wanted);
      expect(commandsTo(wantedRules(now, then), then)).toEqual([]);
    }),
  );
});

test("only a valid certificate has a client, and a revoked one is deleted before anything else is done", () => {
  const valid = wantedRules([gatewayOf("gw-a")], NO_RULES);
  const revoked = gatewayOf("gw-a", { certificates: [{ serial: "40aa", valid: false }], things: ["pump-9"] });
  const commands = commandsTo(wantedRules([revoked, gatewayOf("gw-b")], valid), valid);
  expect(commands[0]).toEqual({
    command: "deleteClient",
    username: "serialNumber=40aa,OU=gateway,O=st,CN=gw-a",
  });
});

test("a certificate without a record keeps its client while the registry knows its holder, and no longer", () => {
  const unknown = { holder: "gateway", id: "gw-a", site: "st", certificate: "40ff" } as const;
  const present = {
    ...NO_RULES,
    clients: new Map([[usernameOf(unknown), { roles: ["wardtwin:gateway:gw-a"], disabled: false }]]),
  };
  const has = (holders: HolderFacts[]) => wantedRules(holders, present).clients.has(usernameOf(unknown));
  expect(has([gatewayOf("gw-a")])).toBe(true);
  expect(has([gatewayOf("gw-a", { certificates: [{ serial: "40ff", valid: false }] })])).toBe(false);
  expect(has([gatewayOf("gw-a", { site: "elsewhere" })])).toBe(false);
  expect(has([gatewayOf("gw-a", { holder: "simulated-gateway" })])).toBe(false);
  expect(has([gatewayOf("gw-b")])).toBe(false);
});

test("a client that somebody disabled, or gave other roles, is put right", () => {
  const wanted = wantedRules([gatewayOf("gw-a")], NO_RULES);
  const username = "serialNumber=40aa,OU=gateway,O=st,CN=gw-a";
  for (const odd of [
    { roles: ["wardtwin:gateway:gw-a"], disabled: true },
    { roles: ["of-the-hospital"], disabled: false },
    { roles: [], disabled: true },
  ]) {
    const present = { ...wanted, clients: new Map(wanted.clients).set(username, odd) };
    expect(after(present, commandsTo(wanted, present))).toEqual(wanted);
  }
});

test("a changed binding writes one role anew, and nothing else", () => {
  const present = wantedRules([gatewayOf("gw-a"), gatewayOf("gw-b")], NO_RULES);
  const moved = [gatewayOf("gw-a", { things: [] }), gatewayOf("gw-b")];
  const commands = commandsTo(wantedRules(moved, present), present);
  expect(commands.map(({ command, rolename }) => ({ command, rolename }))).toEqual([
    { command: "modifyRole", rolename: "wardtwin:gateway:gw-a" },
  ]);
});

test("roles and clients of others are not ours, nor is what lets the driver drive", () => {
  expect(["wardtwin:gateway:gw-a", "wardtwin:cloud", "wardtwin:rules", "admin"].map(isOurRole)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const names = [
    "serialNumber=40aa,OU=gateway,O=st,CN=gw-a",
    "OU=cloud,O=-,CN=wardtwin-cloud-ingest",
    "OU=cloud,O=-,CN=wardtwin-cloud-broker",
    "admin",
  ];
  expect(names.map(isOurClient)).toEqual([true, true, false, false]);
  expect(peerOfUsername("serialNumber=40aa,OU=cloud,O=-,CN=wardtwin-cloud-broker")).toBeNull();
});

test("the first rules of infra/mosquitto are those of an empty registry, and let the driver drive", () => {
  const file = join(import.meta.dirname, "../../../infra/mosquitto/wardtwin-dynamic-security.json");
  const FirstRules = Type.Object({
    defaultACLAccess: Type.Record(Type.String(), Type.Boolean()),
    clients: Type.Array(Client),
    roles: Type.Array(Role),
  });
  const first = Value.Parse(FirstRules, JSON.parse(readFileSync(file, "utf8")));
  const wanted = wantedRules([], NO_RULES);
  expect(new Map(Object.entries(first.defaultACLAccess))).toEqual(wanted.defaults);
  const roles = new Map(first.roles.map(({ rolename, acls }) => [rolename, acls.map(keyOfRule).sort()]));
  const clients = new Map(first.clients.map((one) => [one.username, one.roles.map(({ rolename }) => rolename)]));
  expect(roles.get("wardtwin:rules")).toEqual([
    "publishClientReceive $CONTROL/dynamic-security/v1/response",
    "publishClientSend $CONTROL/dynamic-security/v1",
    "subscribeLiteral $CONTROL/dynamic-security/v1/response",
  ]);
  expect(clients.get("OU=cloud,O=-,CN=wardtwin-cloud-broker")).toEqual(["wardtwin:rules"]);
  roles.delete("wardtwin:rules");
  clients.delete("OU=cloud,O=-,CN=wardtwin-cloud-broker");
  expect(roles).toEqual(wanted.roles);
  expect(clients).toEqual(new Map([...wanted.clients].map(([name, one]) => [name, one.roles])));
});
