import type { MqttClient } from "mqtt";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Log } from "../platform/log.ts";
import {
  type BrokerRules,
  type Command,
  commandsTo,
  type HolderFacts,
  isOurClient,
  isOurRole,
  keyOfRule,
  NO_RULES,
  wantedRules,
} from "./dynamic-security.ts";

interface Deps {
  /** A session that the broker's own rules let use `$CONTROL/dynamic-security/#`. */
  mqtt: MqttClient;
  /** What the registry says now. */
  holders(): Promise<HolderFacts[]>;
  log: Log;
}

const REQUESTS = "$CONTROL/dynamic-security/v1";
const RESPONSES = `${REQUESTS}/response`;
const ANSWER_TIMEOUT_MS = 10_000;
/** How often the registry is looked at again: it may have been changed by another process, or word of a change been lost. */
const LOOK_EVERY_MS = 2_000;
/** In how many looks the broker's rules are read as they are, in case somebody else has changed them. */
const LOOKS_A_READING = 30;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
/** Mosquitto takes a request of 256 KB at most (infra/mosquitto). It does nothing else during one, and writes its file at each command. */
const REQUEST_BYTES_MAX = 128 * 1_024;
const COMMANDS_A_REQUEST = 10;
const ROLES_A_PAGE = 50;
const CLIENTS_A_PAGE = 500;

const Answer = Type.Object(
  {
    command: Type.String(),
    error: Type.Optional(Type.String()),
    correlationData: Type.Optional(Type.String()),
    data: Type.Optional(Type.Unknown()),
  },
  { title: "DynamicSecurityAnswer" },
);
type Answer = Static<typeof Answer>;
const isAnswers = Compile(Type.Object({ responses: Type.Array(Answer) }, { title: "DynamicSecurityAnswers" }));

const Acl = Type.Object({
  acltype: Type.String(),
  topic: Type.String(),
  priority: Type.Number(),
  allow: Type.Boolean(),
});
const isRolePage = Compile(
  Type.Object({
    totalCount: Type.Number(),
    roles: Type.Array(Type.Object({ rolename: Type.String(), acls: Type.Array(Acl) })),
  }),
);
const isClientPage = Compile(
  Type.Object({
    totalCount: Type.Number(),
    clients: Type.Array(
      Type.Object({
        username: Type.String(),
        disabled: Type.Optional(Type.Boolean()),
        roles: Type.Array(Type.Object({ rolename: Type.String() })),
      }),
    ),
  }),
);
const isDefaults = Compile(
  Type.Object({ acls: Type.Array(Type.Object({ acltype: Type.String(), allow: Type.Boolean() })) }),
);

/**
 * Keeps the rules of a Mosquitto equal to the registry, by its dynamic-security plugin: at the start, at each change, and again
 * whenever the broker was away. The one door through which the plugin is spoken to.
 */
export class DynamicSecurityDriver {
  readonly #deps: Deps;
  /** What the broker has, as far as we know; null when that has to be read. */
  #present: BrokerRules | null = null;
  /** How many sessions with the broker there were: what was learnt in one need not hold in the next. */
  #sessions = 0;
  #looks = 0;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #closing = false;
  #requests = 0;
  readonly #waiting = new Map<string, (answers: Answer[]) => void>();
  readonly #firsts: (() => void)[] = [];

  constructor(deps: Deps) {
    this.#deps = deps;
    deps.mqtt.on("message", (topic, payload) => {
      if (topic === RESPONSES) this.#hear(payload);
    });
    deps.mqtt.on("error", (error) => deps.log.warn({ why: error.message }, "the broker refuses the cloud"));
    deps.mqtt.on("connect", () => {
      this.#sessions++;
      this.#present = null;
      this.changed();
    });
  }

  /** Begins, and waits a while for the first time that all is equal; what is late then goes on by itself. */
  async open(patienceMs: number): Promise<void> {
    const first = new Promise<void>((resolve) => this.#firsts.push(resolve));
    this.changed();
    await Promise.race([first, new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref())]);
  }

  /** The registry has changed, or may have. */
  changed(): void {
    if (this.#closing) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const [id] of this.#waiting) this.#settle(id, []);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closing) {
      this.#again = false;
      try {
        await this.#equalise();
        this.#succeeded();
        this.#lookIn(LOOK_EVERY_MS);
      } catch (error) {
        this.#present = null;
        if (this.#closing) return;
        this.#failed(error);
        this.#lookIn(Math.min(RETRY_MIN_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS));
        return;
      }
    }
  }

  #lookIn(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.changed(), ms);
    this.#timer.unref();
  }

  async #equalise(): Promise<void> {
    if (++this.#looks % LOOKS_A_READING === 0) this.#present = null;
    const holders = await this.#deps.holders();
    const session = this.#sessions;
    this.#present ??= await this.#read();
    const wanted = wantedRules(holders, this.#present);
    const commands = commandsTo(wanted, this.#present);
    for (const request of requestsOf(commands)) await this.#ask(request);
    this.#present = session === this.#sessions ? wanted : null;
    if (commands.length > 0) this.#deps.log.info({ commands: commands.length }, "the broker's rules were changed");
  }

  #succeeded(): void {
    if (this.#failures > 0 || this.#firsts.length > 0) {
      const { roles, clients } = this.#present ?? NO_RULES;
      this.#deps.log.info(
        { roles: roles.size, certificates: clients.size },
        "the broker's rules are those of the registry",
      );
    }
    this.#failures = 0;
    for (const resolve of this.#firsts.splice(0)) resolve();
  }

  #failed(error: unknown): void {
    this.#failures++;
    const why = error instanceof Error ? error.message : String(error);
    if (this.#failures > 1) this.#deps.log.debug({ why }, "the broker's rules could still not be set");
    else
      this.#deps.log.warn(
        { why },
        "the broker's rules could not be set, and stay as they are; infra/mosquitto says what a Mosquitto needs; for a broker whose rules are kept by others leave `broker` out of WARDTWIN_ROLES",
      );
  }

  /** What the broker has of ours, page by page. */
  async #read(): Promise<BrokerRules> {
    await this.#deps.mqtt.subscribeAsync(RESPONSES, { qos: 1 });
    const [answer] = await this.#ask([{ command: "getDefaultACLAccess" }]);
    if (!isDefaults.Check(answer?.data)) throw new Error("the broker's answer about its defaults cannot be read");
    const roles = new Map<string, string[]>();
    const clients = new Map<string, { roles: string[]; disabled: boolean }>();
    await this.#pages("listRoles", ROLES_A_PAGE, (data) => {
      if (!isRolePage.Check(data)) throw new Error("the broker's answer about roles cannot be read");
      for (const { rolename, acls } of data.roles)
        if (isOurRole(rolename)) roles.set(rolename, acls.map(keyOfRule).sort());
      return { total: data.totalCount, here: data.roles.length };
    });
    await this.#pages("listClients", CLIENTS_A_PAGE, (data) => {
      if (!isClientPage.Check(data)) throw new Error("the broker's answer about clients cannot be read");
      for (const { username, disabled, roles } of data.clients)
        if (isOurClient(username))
          clients.set(username, { roles: roles.map(({ rolename }) => rolename), disabled: disabled === true });
      return { total: data.totalCount, here: data.clients.length };
    });
    return { defaults: new Map(answer.data.acls.map(({ acltype, allow }) => [acltype, allow])), roles, clients };
  }

  async #pages(
    command: string,
    count: number,
    take: (data: unknown) => { total: number; here: number },
  ): Promise<void> {
    for (let offset = 0; ; ) {
      const [answer] = await this.#ask([{ command, verbose: true, count, offset }]);
      const { total, here } = take(answer?.data);
      offset += here;
      if (here === 0 || offset >= total) return;
    }
  }

  /** One request. @throws Error where the plugin does not answer, or refuses one of the commands */
  async #ask(commands: readonly Command[]): Promise<Answer[]> {
    const { mqtt } = this.#deps;
    if (!mqtt.connected) throw new Error("the broker is out of reach");
    const id = String(++this.#requests);
    const answered = new Promise<Answer[]>((resolve) => this.#waiting.set(id, resolve));
    const timer = setTimeout(() => this.#settle(id, []), ANSWER_TIMEOUT_MS);
    timer.unref();
    const payload = JSON.stringify({ commands: commands.map((one) => ({ ...one, correlationData: id })) });
    mqtt.publish(REQUESTS, payload, { qos: 1 }, (error) => error && this.#settle(id, []));
    const answers = await answered.finally(() => clearTimeout(timer));
    if (answers.length < commands.length) throw new Error(`the broker does not answer on ${REQUESTS}`);
    const refused = answers.find(({ error }) => error !== undefined);
    if (refused !== undefined) throw new Error(`the broker refuses ${refused.command}: ${refused.error}`);
    return answers;
  }

  /** Answers are told to everybody who drives this broker; ours are known by their number. */
  #hear(payload: Uint8Array): void {
    let message: unknown;
    try {
      message = JSON.parse(Buffer.from(payload).toString());
    } catch {
      return;
    }
    if (!isAnswers.Check(message)) return;
    const id = message.responses[0]?.correlationData;
    if (id !== undefined) this.#settle(id, message.responses);
  }

  #settle(id: string, answers: Answer[]): void {
    this.#waiting.get(id)?.(answers);
    this.#waiting.delete(id);
  }
}

/** Commands in their order, in requests that the broker takes. */
function* requestsOf(commands: readonly Command[]): Generator<Command[]> {
  let request: Command[] = [];
  let bytes = 0;
  for (const command of commands) {
    const size = JSON.stringify(command).length;
    if (request.length === COMMANDS_A_REQUEST || (request.length > 0 && bytes + size > REQUEST_BYTES_MAX)) {
      yield request;
      [request, bytes] = [[], 0];
    }
    request.push(command);
    bytes += size;
  }
  if (request.length > 0) yield request;
}
