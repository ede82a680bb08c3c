/** A host of an Orchestra base, for tests: it says what it is told to, byte by byte, and waits for what it is told. */
import type { Duplex } from "node:stream";
import { ACK, ENQ, encodeFrame, NAK } from "./frame.ts";

const STX = 0x02;
const ETX = 0x03;

export class TestHost {
  readonly #stream: Duplex;
  readonly #heard: number[] = [];
  #wake: (() => void) | null = null;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (bytes: Buffer) => {
      this.#heard.push(...bytes);
      this.#wake?.();
    });
  }

  say(slot: number, message: string): void {
    this.write(encodeFrame(slot, message));
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  ack(): void {
    this.write(Buffer.from([ACK]));
  }

  /** The next thing said: a character of the link, NAK with its error, or a frame as hexadecimal bytes. */
  async next(): Promise<string> {
    const first = await this.#byte();
    if (first === ACK) return "ACK";
    if (first === ENQ) return "ENQ";
    if (first === NAK) return `NAK ${String.fromCharCode(await this.#byte())}`;
    const bytes = [first];
    while (first === STX && bytes.at(-1) !== ETX) bytes.push(await this.#byte());
    return Buffer.from(bytes).toString("hex");
  }

  /** Asks, and returns the message of the reply, acknowledged. */
  async ask(slot: number, message: string): Promise<string> {
    this.say(slot, message);
    const sign = await this.next();
    if (sign !== "ACK") return sign;
    const reply = await this.reply();
    this.ack();
    return reply;
  }

  /** What stands before the checksum of the next frame, its slot first. */
  async reply(): Promise<string> {
    return Buffer.from(await this.next(), "hex")
      .toString("latin1")
      .slice(1, -3);
  }

  async #byte(): Promise<number> {
    for (;;) {
      const byte = this.#heard.shift();
      if (byte !== undefined) return byte;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
