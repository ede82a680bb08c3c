import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { LinkError } from "./link-error.ts";
import { findOnDevice } from "./opc-ua-device-set.ts";
import { type SessionFault, sessionFault } from "./opc-ua-fault.ts";
import { OPEN_TIMEOUT_MS } from "./opc-ua-limits.ts";
import { type NodeRef, type OpcUaServer, OpcUaSession, openPki, stringNode } from "./opc-ua-session.ts";
import { OpcUaSubscription, type Wish } from "./opc-ua-subscription.ts";
import { within } from "./within.ts";

/** So long are the addresses of a unit believed before they are looked up again: a device may be taken off its server. */
const ADDRESSES_FOR_MS = 60_000;

export interface OpcUaSettings extends OpcUaServer, Wish {
  namespaceUri: string;
  /** Whether a variable is named by its NodeId or by its path below a device in the DeviceSet. */
  nodes: "string-id" | "device-set";
}

/** What is asked of a line: some variables of one unit, as the profile names them. */
export interface OpcUaRequest {
  unit: string;
  nodes: readonly string[];
}

/** By the names asked for; null when the server has no such unit. */
export type OpcUaAnswer = Map<string, OpcUaValue> | null;

/** Where one variable stands in this session, and under which number it is watched. */
interface Place {
  node: NodeRef;
  handle: number;
}

interface Unit {
  /** null for a variable that the device does not have. */
  places: Map<string, Place | null>;
  foundMonoMs: number;
}

interface Connection {
  session: OpcUaSession;
  /** null where the server has none to give: then every poll reads. */
  subscription: OpcUaSubscription | null;
  units: Map<string, Unit>;
  handles: number;
  isOver: boolean;
}

const ABSENT: OpcUaValue = { status: "bad", value: null };

/**
 * One OPC UA line in its thread: a session with one subscription. A variable is read when it is first asked for and watched
 * from then on. When the server goes silent, or is no longer the one that was connected, everything known of it is forgotten
 * and the next request begins anew.
 */
export class OpcUaLine {
  readonly #settings: OpcUaSettings;
  readonly #monoMs: () => number;
  #pki: Awaited<ReturnType<typeof openPki>> | null = null;
  #connection: Connection | null = null;

  constructor(settings: OpcUaSettings, monoMs: () => number) {
    this.#settings = settings;
    this.#monoMs = monoMs;
  }

  /** Makes the line's keys, which takes longer than anything else where there are none yet. */
  async prepare(): Promise<void> {
    // What is wrong with the folder is told to whoever reads.
    this.#pki = await openPki(this.#settings).catch(() => null);
  }

  /** One request at a time is the caller's duty. */
  async read(request: OpcUaRequest, timeoutMs: number): Promise<Result<OpcUaAnswer, SessionFault>> {
    try {
      this.#connection ??= await this.#open();
    } catch (error) {
      return fail(sessionFault(error, "open"));
    }
    const connection = this.#connection;
    try {
      return ok(await within(this.#answer(connection, request), timeoutMs, "no answer to a read in time"));
    } catch (error) {
      // A session that does not answer is opened anew at once: all units of the line wait behind it.
      void this.#drop(connection);
      return fail(sessionFault(error, "read"));
    }
  }

  async close(): Promise<void> {
    if (this.#connection !== null) await this.#drop(this.#connection);
    await this.#pki?.dispose();
    this.#pki = null;
  }

  async #open(): Promise<Connection> {
    const untilMonoMs = this.#monoMs() + OPEN_TIMEOUT_MS;
    this.#pki ??= await openPki(this.#settings);
    const session = await OpcUaSession.open(this.#settings, this.#pki, OPEN_TIMEOUT_MS);
    const connection: Connection = { session, subscription: null, units: new Map(), handles: 0, isOver: false };
    const lost = () => void this.#drop(connection);
    session.onEnd(lost);
    try {
      const subscribing = OpcUaSubscription.open(session, this.#settings, this.#monoMs, lost);
      connection.subscription = await within(subscribing, untilMonoMs - this.#monoMs(), "no subscription in time");
      return connection;
    } catch (error) {
      lost();
      throw error;
    }
  }

  async #drop(connection: Connection): Promise<void> {
    if (this.#connection === connection) this.#connection = null;
    if (connection.isOver) return;
    connection.isOver = true;
    connection.subscription?.stop();
    await connection.session.close();
  }

  async #answer(connection: Connection, { unit, nodes }: OpcUaRequest): Promise<OpcUaAnswer> {
    const { session, subscription } = connection;
    const places = await this.#placesOf(connection, unit, nodes);
    if (places === null) return null;
    const answer = new Map<string, OpcUaValue>();
    const untold: { name: string; place: Place }[] = [];
    for (const name of nodes) {
      const place = places.get(name) ?? null;
      const value = place === null ? ABSENT : subscription?.valueOf(place.handle);
      if (value !== undefined) answer.set(name, value);
      else if (place !== null) untold.push({ name, place });
    }
    if (untold.length > 0) {
      const values = await session.read(untold.map(({ place }) => place.node));
      for (const [index, { name }] of untold.entries()) answer.set(name, values[index] ?? ABSENT);
      await subscription?.watch(untold.filter((_, at) => isWorthWatching(values[at])).map(({ place }) => place));
    }
    subscription?.mustLive();
    if (connection.isOver) throw new LinkError("link.closed", "the session has ended");
    return answer;
  }

  /** Where the variables of a unit stand; found once, and then believed for a while. */
  async #placesOf(connection: Connection, unit: string, nodes: readonly string[]): Promise<Unit["places"] | null> {
    const known = connection.units.get(unit);
    const isFresh = known !== undefined && this.#monoMs() - known.foundMonoMs < ADDRESSES_FOR_MS;
    if (isFresh && nodes.every((name) => known.places.has(name))) return known.places;
    const found = await this.#find(connection.session, unit, [...new Set([...(known?.places.keys() ?? []), ...nodes])]);
    if (found === null && known === undefined) return null;
    const places: Unit["places"] = new Map();
    for (const [name, node] of found ?? []) {
      const before = known?.places.get(name) ?? null;
      places.set(name, before ?? (node === null ? null : { node, handle: ++connection.handles }));
    }
    // What is watched now would be somebody else's or nobody's: all of it is forgotten with the session.
    if (known !== undefined && hasMoved(known, found)) throw new LinkError("link.closed", `${unit} has moved`);
    connection.units.set(unit, { places, foundMonoMs: this.#monoMs() });
    return places;
  }

  async #find(
    session: OpcUaSession,
    unit: string,
    names: readonly string[],
  ): Promise<Map<string, NodeRef | null> | null> {
    const { namespaceUri, nodes } = this.#settings;
    if (nodes === "device-set") return findOnDevice(session, namespaceUri, unit, names);
    const index = session.namespaceIndex(namespaceUri);
    return new Map(names.map((name) => [name, stringNode(index, name)]));
  }
}

/** A time is only of use when it is fresh, and what cannot be read need not be watched: both are read at each poll. */
const isWorthWatching = (value: OpcUaValue | undefined): boolean =>
  value !== undefined && value.status !== "bad" && !(value.value instanceof Date);

const hasMoved = (known: Unit, found: ReadonlyMap<string, NodeRef | null> | null): boolean =>
  [...known.places].some(([name, place]) => place !== null && found?.get(name)?.toString() !== place.node.toString());
