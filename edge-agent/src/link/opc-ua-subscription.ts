import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
import { LinkError } from "./link-error.ts";
import {
  type Granted,
  isLively,
  type Notification,
  nextSequenceNumber,
  SILENT_INTERVALS_MAX,
} from "./opc-ua-notification.ts";
import type { NodeRef, OpcUaSession } from "./opc-ua-session.ts";

/** So many requests wait at the server, so that it has one left while the answer to another is under way. */
const REQUESTS_AT_SERVER = 2;
/** A line watches no more variables than this; any more are read at each poll. */
const WATCHED_MAX = 2_000;

export interface Wish {
  samplingMs: number;
  publishingMs: number;
}

/**
 * The one subscription of a line, and the newest value of every variable that it watches. Its watchdog ends it when three
 * publishing intervals bring no sign of life, so that no value outlives its server's silence.
 */
export class OpcUaSubscription {
  readonly #session: OpcUaSession;
  readonly #granted: Granted;
  readonly #samplingMs: number;
  readonly #silenceMaxMs: number;
  readonly #monoMs: () => number;
  readonly #onLost: () => void;
  readonly #watchdog: NodeJS.Timeout;
  readonly #watched = new Set<number>();
  readonly #values = new Map<number, OpcUaValue>();
  #expected: number | null = null;
  #arrived: number[] = [];
  #heardMonoMs: number;
  /** Why it is over, or null. */
  #end: unknown = null;

  private constructor(
    session: OpcUaSession,
    granted: Granted,
    { samplingMs }: Wish,
    monoMs: () => number,
    onLost: () => void,
  ) {
    this.#session = session;
    this.#granted = granted;
    this.#samplingMs = samplingMs;
    this.#silenceMaxMs = SILENT_INTERVALS_MAX * granted.publishingMs;
    this.#monoMs = monoMs;
    this.#heardMonoMs = monoMs();
    this.#onLost = onLost;
    this.#watchdog = setTimeout(() => this.#suspect(), this.#silenceMaxMs);
    for (let waiting = 0; waiting < REQUESTS_AT_SERVER; waiting++) void this.#listen();
  }

  /**
   * @param onLost is told once when the subscription is no more, and never after `stop`
   * @returns null when the server's subscriptions are of no use: its variables are then read at each poll
   */
  static async open(
    session: OpcUaSession,
    wish: Wish,
    monoMs: () => number,
    onLost: () => void,
  ): Promise<OpcUaSubscription | null> {
    const granted = await session.subscribe(wish.publishingMs);
    if (granted === null) return null;
    if (isLively(granted, wish.publishingMs)) return new OpcUaSubscription(session, granted, wish, monoMs, onLost);
    await session.unsubscribe(granted);
    return null;
  }

  /** The newest value that was told, or undefined when none was: then it has to be read. */
  valueOf(handle: number): OpcUaValue | undefined {
    return this.#values.get(handle);
  }

  /** Watches more variables. One that the server refuses costs no other anything. */
  async watch(items: readonly { handle: number; node: NodeRef }[]): Promise<void> {
    const fresh = items.filter(({ handle }) => !this.#watched.has(handle)).slice(0, WATCHED_MAX - this.#watched.size);
    if (fresh.length === 0) return;
    for (const handle of await this.#session.watch(this.#granted, fresh, this.#samplingMs)) this.#watched.add(handle);
  }

  /** @throws why it is over, or a LinkError when it was silent for longer than a timer could tell */
  mustLive(): void {
    if (this.#end !== null) throw this.#end;
    const silentMs = this.#monoMs() - this.#heardMonoMs;
    if (silentMs > this.#silenceMaxMs) throw new LinkError("link.timeout", `nothing was heard for ${silentMs} ms`);
  }

  stop(why: unknown = new LinkError("link.closed", "the session has ended")): void {
    this.#end ??= why;
    clearTimeout(this.#watchdog);
    this.#values.clear();
  }

  async #listen(): Promise<void> {
    while (this.#end === null) {
      try {
        this.#take(await this.#session.nextNotification(this.#granted, this.#arrived.splice(0)));
      } catch (error) {
        this.#lose(error);
      }
    }
  }

  #take(notification: Notification): void {
    if (this.#end !== null) return;
    if (notification.subscriptionId !== this.#granted.subscriptionId) {
      throw new LinkError("link.protocol", "a notification of somebody else's subscription");
    }
    if (notification.ended !== null) throw new LinkError("link.closed", `the subscription: ${notification.ended}`);
    const expected = nextSequenceNumber(this.#expected, notification);
    if (expected === null) throw new LinkError("link.protocol", "a notification was lost");
    this.#expected = expected;
    this.#heardMonoMs = this.#monoMs();
    this.#watchdog.refresh();
    if (!notification.isKeepAlive) this.#arrived.push(notification.sequenceNumber);
    for (const { handle, value } of notification.changes) {
      // A time is of use only when it is fresh: it is read when it is asked for.
      if (value.value instanceof Date) this.#values.delete(handle);
      else this.#values.set(handle, value);
    }
  }

  /** A thread that was held up itself first hears what waits in its socket. */
  #suspect(): void {
    const heardMonoMs = this.#heardMonoMs;
    setImmediate(() => {
      const isSilent = this.#heardMonoMs === heardMonoMs;
      if (isSilent) this.#lose(new LinkError("link.timeout", `nothing was heard for ${this.#silenceMaxMs} ms`));
    });
  }

  #lose(fault: unknown): void {
    if (this.#end !== null) return;
    this.stop(fault);
    this.#onLost();
  }
}
