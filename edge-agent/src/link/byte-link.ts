import type { Duplex } from "node:stream";
import { type RequestName, requestBytes } from "../protocol/request.ts";
import { asLinkError, LinkError } from "./link-error.ts";
import { ReconnectGate } from "./reconnect-gate.ts";

/** How long a reply may take: until its first byte, and until its last, counted from the request. */
export interface ReplyWait {
  firstByteMs: number;
  replyMs: number;
}

/** A protocol in which the device speaks first at times, and must be answered whenever it does. */
export interface Conversation {
  /** Every byte that comes, asked for or not. @returns the answers that go out at once. */
  hear(bytes: Uint8Array): readonly RequestName[];
  /** The line is closed: whatever was agreed with the device no longer holds. */
  lost(): void;
}

/** Opens a port or a socket; rejects when it is not open within the time. */
export type OpenStream = (timeoutMs: number) => Promise<Duplex>;

/** A silent peer may be a dead connection that nobody closed: after so many time-outs in a row it is opened anew. */
const SILENCES_MAX = 2;
const OPEN_TIMEOUT_MS = 1_000;
/** Answers that a peer asks for and does not take pile up here: at so many bytes it is hung up on. No device asks for as much. */
const UNTAKEN_BYTES_MAX = 1_048_576;

/**
 * A serial line, be it a port or a socket to a serial device server. It sends requests by name from the closed list of
 * protocol/request.ts; there is no way to send anything else.
 */
export class ByteLink {
  readonly #open: OpenStream;
  readonly #monoMs: () => number;
  readonly #gate: ReconnectGate<LinkError>;
  readonly #conversation: Conversation | null;
  #stream: Duplex | null = null;
  #silences = 0;

  constructor(open: OpenStream, monoMs: () => number, conversation: Conversation | null = null) {
    this.#open = open;
    this.#monoMs = monoMs;
    this.#gate = new ReconnectGate(monoMs);
    this.#conversation = conversation;
  }

  /**
   * Sends one request and hands on every byte that comes, until `onBytes` has what it wants.
   *
   * @param onBytes returns true at the end of the reply
   * @throws LinkError; one request at a time is the caller's duty
   */
  async ask(request: RequestName, onBytes: (bytes: Uint8Array) => boolean, wait: ReplyWait): Promise<void> {
    const stream = await this.#ready();
    try {
      await exchange(stream, requestBytes(request), onBytes, wait);
      this.#silences = 0;
    } catch (error) {
      const fault = asLinkError(error);
      if (fault.code !== "link.timeout" || ++this.#silences >= SILENCES_MAX) this.close();
      throw fault;
    }
  }

  /** Whether the line is open, as far as anybody noticed. */
  get isOpen(): boolean {
    return this.#stream !== null && !this.#stream.destroyed;
  }

  /** Says something that no reply is waited for, such as "I am still here". A line that is closed stays closed. */
  tell(request: RequestName): void {
    if (this.#stream !== null && !this.#stream.destroyed) this.#stream.write(requestBytes(request));
  }

  close(): void {
    if (this.#stream === null) return;
    this.#stream.destroy();
    this.#stream = null;
    this.#silences = 0;
    this.#conversation?.lost();
  }

  async #ready(): Promise<Duplex> {
    if (this.#stream !== null && !this.#stream.destroyed) return this.#stream;
    this.close();
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    const sinceMs = this.#monoMs();
    try {
      const stream = await this.#open(OPEN_TIMEOUT_MS);
      // What comes without having been asked for is nobody's: read it, so that it never piles up, and let it go.
      stream.resume();
      if (this.#conversation !== null) converse(stream, this.#conversation);
      stream.on("error", () => stream.destroy());
      stream.on("end", () => stream.destroy());
      this.#stream = stream;
      this.#gate.opened();
      return stream;
    } catch (error) {
      const fault = asLinkError(error);
      this.#gate.failed(fault, sinceMs);
      throw fault;
    }
  }
}

function converse(stream: Duplex, conversation: Conversation): void {
  stream.on("data", (bytes: Uint8Array) => {
    for (const answer of conversation.hear(bytes)) stream.write(requestBytes(answer));
    if (stream.writableLength > UNTAKEN_BYTES_MAX) stream.destroy();
  });
}

function exchange(
  stream: Duplex,
  request: Uint8Array,
  onBytes: (bytes: Uint8Array) => boolean,
  { firstByteMs, replyMs }: ReplyWait,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const silent = () => reject(new LinkError("link.timeout", "no complete reply in time"));
  const firstByte = setTimeout(silent, firstByteMs);
  const lastByte = setTimeout(silent, replyMs);
  const onData = (bytes: Uint8Array) => {
    clearTimeout(firstByte);
    if (onBytes(bytes)) resolve();
  };
  const onClose = () => reject(new LinkError("link.closed", "the line was closed"));
  stream.on("data", onData);
  stream.on("close", onClose);
  stream.on("error", reject);
  stream.write(request);
  return promise.finally(() => {
    clearTimeout(firstByte);
    clearTimeout(lastByte);
    stream.off("data", onData);
    stream.off("close", onClose);
    stream.off("error", reject);
    // Taking off the last "data" listener does not pause a stream in flowing mode, so bytes go on being let go.
    stream.resume();
  });
}
