import type { FleetQueries } from "../fleet/queries.ts";
import type { Clock } from "../platform/clock.ts";
import type { LiveBus, LiveChange } from "../platform/live.ts";
import type { TwinQueries } from "./queries.ts";
import type { TwinView, WardMap, WardView } from "./schema.ts";
import { twinView, wardMap, wardView } from "./view.ts";

/** What a page looks at. */
export type Topic = { kind: "map" } | { kind: "ward"; id: string } | { kind: "twin"; id: string };
export type TopicKind = Topic["kind"];
export type View = WardMap | WardView | TwinView;

export interface Reader {
  topics: readonly Topic[];
  /** May this reader see values that derive from a patient? */
  patientDerived: boolean;
  send(kind: TopicKind, view: View): void;
}

interface Deps {
  fleet: FleetQueries;
  twins: TwinQueries;
  live: LiveBus;
  clock: Clock;
  /** Told of a failure to read; the next tick tries again. */
  onError(error: unknown): void;
}

/** Changes are gathered for this long, so that a busy ward makes four pictures a second and not four hundred. */
const GATHER_MS = 250;
/** Time alone changes a picture too: values go stale, standby becomes free. */
const TICK_MS = 2_000;

/**
 * Keeps every open page up to date. However many readers look at the same thing, it is read from the database once for each
 * round; a reader is told only of what differs from what it was told before.
 */
export class LiveViews {
  readonly #deps: Deps;
  readonly #readers = new Map<Reader, Map<string, string>>();
  #changedDevices = new Set<string>();
  #everything = false;
  #gathering: NodeJS.Timeout | null = null;
  /** Readers that have been told nothing yet. */
  readonly #joined = new Set<Reader>();
  /** Changes have been gathered, and wait for the round before them to end. */
  #due = false;
  #running = false;
  readonly #tick: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#unsubscribe = deps.live.subscribe((change) => this.#note(change));
    this.#tick = setInterval(() => this.#note({ devices: [], gateways: ["*"] }), TICK_MS);
    this.#tick.unref();
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Starts telling a reader; the present of all its topics comes first. Returns what ends it. */
  join(reader: Reader): () => void {
    this.#readers.set(reader, new Map());
    this.#joined.add(reader);
    void this.#run();
    return () => {
      this.#readers.delete(reader);
      this.#joined.delete(reader);
    };
  }

  close(): void {
    this.#unsubscribe();
    clearInterval(this.#tick);
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#readers.clear();
    this.#joined.clear();
    this.#due = false;
  }

  #note({ devices, gateways }: LiveChange): void {
    if (this.#readers.size === 0) return;
    if (gateways.length > 0) this.#everything = true;
    for (const device of devices) this.#changedDevices.add(device);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#due = true;
      void this.#run();
    }, GATHER_MS);
  }

  /**
   * One round after another, so that a reader never gets an older picture after a newer one. What comes while a round runs
   * makes one next round together, however slow the database is.
   */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#joined.size > 0 || this.#due) {
      const joined = [...this.#joined];
      this.#joined.clear();
      await this.#round(joined, null);
      if (this.#due) await this.#round([...this.#readers.keys()], this.#takeChanges());
    }
    this.#running = false;
  }

  /** The devices that changed since it was last asked; null for everything. */
  #takeChanges(): ReadonlySet<string> | null {
    const changed = this.#everything ? null : this.#changedDevices;
    this.#due = false;
    this.#everything = false;
    this.#changedDevices = new Set();
    return changed;
  }

  async #round(readers: readonly Reader[], changed: ReadonlySet<string> | null): Promise<void> {
    try {
      await this.#tell(readers, changed);
    } catch (error) {
      this.#deps.onError(error);
    }
  }

  async #tell(readers: readonly Reader[], changed: ReadonlySet<string> | null): Promise<void> {
    const read = new Map<string, Promise<View | null>>();
    for (const reader of readers) {
      for (const topic of reader.topics) {
        if (changed !== null && topic.kind === "twin" && !changed.has(topic.id)) continue;
        const key = keyOf(topic, reader.patientDerived);
        const view = read.get(key) ?? this.#read(topic, reader.patientDerived);
        read.set(key, view);
        this.#send(reader, key, topic.kind, await view);
      }
    }
  }

  #send(reader: Reader, key: string, kind: TopicKind, view: View | null): void {
    const told = this.#readers.get(reader);
    if (told === undefined || view === null) return;
    const { at: _at, ...content } = view;
    const text = JSON.stringify(content);
    if (told.get(key) === text) return;
    told.set(key, text);
    reader.send(kind, view);
  }

  async #read(topic: Topic, patientDerived: boolean): Promise<View | null> {
    const { fleet, twins, clock } = this.#deps;
    const nowMs = clock.nowMs();
    if (topic.kind === "twin") {
      const twin = await twins.twin(topic.id, nowMs);
      return twin === null ? null : twinView(twin, nowMs, patientDerived);
    }
    const wards = await fleet.wards();
    if (topic.kind === "map") {
      const [all, site] = await Promise.all([twins.twins({}, nowMs), fleet.site()]);
      return wardMap(wards, all, site?.simulated ?? false, nowMs);
    }
    const ward = wards.find(({ id }) => id === topic.id);
    return ward === undefined ? null : wardView(ward, await twins.twins({ ward: topic.id }, nowMs), nowMs);
  }
}

const keyOf = (topic: Topic, patientDerived: boolean) =>
  topic.kind === "map" ? "map" : `${topic.kind}:${topic.id}:${topic.kind === "twin" && patientDerived}`;

export const TOPICS_MAX = 50;
const ID = /^[a-z0-9-]{1,64}$/;

/** Reads `map,ward:icu-a,twin:vent-01`; returns the word that is no topic where there is one. */
export function parseTopics(text: string): { topics: Topic[] } | { wrong: string } {
  const words = text.split(",").filter((word) => word !== "");
  if (words.length === 0 || words.length > TOPICS_MAX) return { wrong: text.slice(0, 80) };
  const topics: Topic[] = [];
  for (const word of words) {
    const [kind, id, ...rest] = word.split(":");
    if (kind === "map" && id === undefined) topics.push({ kind });
    else if ((kind === "ward" || kind === "twin") && id !== undefined && ID.test(id) && rest.length === 0)
      topics.push({ kind, id });
    else return { wrong: word.slice(0, 80) };
  }
  return { topics };
}
