import { setTimeout as sleep } from "node:timers/promises";
import { TwinView } from "@wardtwin/cloud-api/device-twin/schema";
import Value from "typebox/value";
import type { Api } from "../support/api.ts";
import { type EventStream, openEventStream } from "../support/event-stream.ts";

const AGAIN_MS = 200;

/** A page that is open on some twins, and comes back when the cloud does. */
export class TwinWatch {
  readonly #api: Api;
  readonly #topics: string;
  #stream: EventStream | null = null;
  #closed = false;

  constructor(api: Api, ids: readonly string[]) {
    this.#api = api;
    this.#topics = ids.map((id) => `twin:${id}`).join();
    void this.#keepOpen();
  }

  /** What the page shows of a twin at this moment; null while it shows nothing. */
  shown(id: string): TwinView | null {
    const last = this.#stream?.events.findLast(({ name, data }) => name === "twin" && idOf(data) === id);
    return last === undefined ? null : Value.Parse(TwinView, last.data);
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
  }

  async #keepOpen(): Promise<void> {
    while (!this.#closed) {
      // A cloud that is being started again refuses the page, which asks again.
      this.#stream = await openEventStream(this.#api, this.#topics).catch(() => null);
      await this.#stream?.ended;
      this.#stream = null;
      await sleep(AGAIN_MS);
    }
  }
}

const idOf = (data: unknown): unknown => (typeof data === "object" && data !== null && "id" in data ? data.id : null);
