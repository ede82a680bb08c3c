import type { Duplex } from "node:stream";
import type { Clock } from "../../clock.ts";
import type { Defibrillator } from "../../devices/defibrillator.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import type { RefusalLog } from "../refusal-log.ts";
import { SerialLine } from "../serial-line.ts";
import type { DevicePort } from "../serial-wire.ts";
import { Delivery } from "./delivery.ts";
import { checksum, encodeLine, LineReader } from "./frame.ts";
import { type Report, reportLines } from "./report.ts";

/** The line of the sheet: 38400 bit/s, 8-N-1. */
const BAUD_RATE = 38_400;
const BITS_PER_BYTE = 10;
const TICK_EVERY_MS = 20;
const REPEAT_EVERY_MS = 5000;
const QUERY = "RPT?";

export interface DefibReportPortOptions {
  device: SimulatedDevice<Defibrillator>;
  clock: Clock;
  random: Random;
  refused: RefusalLog;
  /** How long a report waits for its answer before it is repeated. */
  repeatEveryMs?: number;
}

/** The serial port of one defibrillator, which reports each self-test unasked, and what it has kept when it is asked. */
export class DefibReportPort implements DevicePort {
  readonly #options: DefibReportPortOptions;
  readonly #line: SerialLine;
  readonly #reader = new LineReader();
  readonly #timer: NodeJS.Timeout;
  readonly #delivery: Delivery<Report>;
  #latest: Report;

  constructor(options: DefibReportPortOptions) {
    this.#options = options;
    const { device, clock, random, repeatEveryMs = REPEAT_EVERY_MS } = options;
    this.#latest = { seq: random.fork("seq").integer(1, 400), test: device.body.lastTest };
    this.#delivery = new Delivery(this.#latest, repeatEveryMs);
    this.#line = new SerialLine({
      clock,
      bitsPerByte: BITS_PER_BYTE,
      baudRate: () => device.faults.state.baudRate ?? BAUD_RATE,
      speaks: () => this.plugged && !device.faults.state.silent && device.body.duty.state !== "off",
      hear: (bytes) => this.#hear(bytes),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_EVERY_MS).unref();
  }

  get plugged(): boolean {
    return this.#options.device.faults.state.plugged;
  }

  attach(stream: Duplex): void {
    this.#line.attach(stream);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#line.close();
  }

  #hear(bytes: Uint8Array): void {
    const { clock, refused } = this.#options;
    const nowMs = clock.monotonicMs();
    for (const heard of this.#reader.read(bytes)) {
      if (heard.kind === "ack") this.#delivery.acknowledged(nowMs);
      else if (heard.kind === "nak") this.#delivery.refused(nowMs);
      else if (heard.kind === "broken") refused.record(clock.nowMs(), "broken", heard.text);
      else if (heard.text !== QUERY) refused.record(clock.nowMs(), "control", heard.text);
      else if (this.#line.speaks) this.#delivery.ask(nowMs);
    }
  }

  #tick(): void {
    const { device, clock } = this.#options;
    const { lastTest, duty } = device.body;
    if (lastTest !== this.#latest.test) {
      this.#latest = { seq: this.#latest.seq + 1, test: lastTest };
      this.#delivery.add(this.#latest);
    }
    if (duty.state === "off") return;
    const report = this.#delivery.due(clock.monotonicMs());
    if (report !== null) void this.#send(report);
  }

  async #send(report: Report): Promise<void> {
    const { device, clock } = this.#options;
    const { replyDelayMs } = device.faults.state;
    if (replyDelayMs > 0) await this.#line.pause(replyDelayMs);
    const bytes = this.#spoil(report);
    const { splitReply, failedTest, otherSerial } = device.faults.state;
    const whole = bytes.equals(this.#render(report)) && failedTest === null && otherSerial === null;
    if (this.#line.speaks) recordSaid(device, clock.nowMs(), this.#delivery.isAsked ? QUERY : "unasked", whole);
    await this.#line.send(bytes, splitReply);
    this.#delivery.left(report, clock.monotonicMs());
  }

  #lines(report: Report): string[] {
    const { entry, faults } = this.#options.device;
    const { otherSerial, clockOffsetMin, failedTest } = faults.state;
    const { model, serial, firmware } = entry;
    return reportLines(report, { model, serial: otherSerial ?? serial, firmware, clockOffsetMin }, failedTest);
  }

  #render(report: Report): Buffer {
    return Buffer.concat(this.#lines(report).map((payload) => encodeLine(payload)));
  }

  /** The report as the device's faults leave it: with a wrong count, wrong checksums, without an end, noise, or broken off. */
  #spoil(report: Report): Buffer {
    const { random, device } = this.#options;
    const faults = device.faults.state;
    let lines = this.#lines(report);
    if (faults.wrongCount) lines = lines.map((line) => line.replace(/^(END,\w+),\d+$/, `$1,${lines.length + 1}`));
    if (faults.missingEnd) lines = lines.slice(0, -1);
    const digits = (payload: string): string => (faults.wrongChecksum ? wrong(checksum(payload)) : checksum(payload));
    const bytes = Buffer.concat(lines.map((payload) => encodeLine(payload, digits(payload))));
    if (faults.garbageReply) return Buffer.from(bytes.map(() => random.integer(0, 255)));
    return faults.truncatedReply ? bytes.subarray(0, random.integer(1, bytes.length - 1)) : bytes;
  }
}

const wrong = (digits: string): string =>
  (Number.parseInt(digits, 16) ^ 0xffff).toString(16).toUpperCase().padStart(4, "0");
