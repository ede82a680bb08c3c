import type { Duplex } from "node:stream";
import type { Clock, WallTime } from "../../clock.ts";
import { type DraegerVentilator, MADE_UP_PATIENT } from "../../devices/draeger-ventilator.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import type { RefusalLog } from "../refusal-log.ts";
import { StreamSet } from "../stream-set.ts";
import { COMMAND, DATA_COMMANDS, type DataCommand, isAnswer, isDataCommand, isReading, NAK } from "./command.ts";
import { encodeFrame, FrameReader, type Heard, hex } from "./frame.ts";
import { type MedibusModel, MODELS, type ModelName } from "./model.ts";
import { Outgoing } from "./outgoing.ts";
import { Realtime } from "./realtime.ts";
import { dataOf, momentOf, STREAMS } from "./report.ts";
import { type Move, Session } from "./session.ts";
import { spoil } from "./spoil.ts";
import type { MedibusView } from "./view.ts";

const PACE_EVERY_MS = 5;
/** What a line that was held up may catch up with at once. */
const CATCH_UP_MS = 100;

export interface MedibusPortOptions {
  device: SimulatedDevice<DraegerVentilator>;
  clock: Clock;
  random: Random;
  /** The clock on the hospital's wall, to which the ventilator was set. */
  wallTime: (atMs: number) => WallTime;
  model: ModelName;
  refused: RefusalLog;
}

/** What a port has to notice when it changes between two beats. */
type Noticed = Pick<
  FaultState,
  "otherModel" | "clockOffsetMin" | "pauseMs" | "ownInitialise" | "configurationChanged"
> & { powered: boolean };

/**
 * The MEDIBUS port of one ventilator. It speaks when it is spoken to, and of its own accord: so it lives in beats, as long
 * as a stream is attached. Whatever the host says beside reading and answering is put on record, even while the device is
 * silent or off. Realtime data it sends to whoever configures it; nothing else that is said to it has an effect.
 */
export class MedibusPort {
  readonly #options: MedibusPortOptions;
  readonly #streams = new StreamSet();
  readonly #reader = new FrameReader();
  readonly #session = new Session();
  readonly #realtime = new Realtime(STREAMS);
  readonly #outgoing: Outgoing;
  #noticed: Noticed;
  #quietUntilMs = 0;
  #paidToMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: MedibusPortOptions) {
    this.#options = options;
    this.#outgoing = new Outgoing(options.random);
    this.#noticed = this.#state();
  }

  get plugged(): boolean {
    return this.#faults.plugged;
  }

  attach(stream: Duplex): void {
    this.#streams.attach(stream, (bytes) => this.#hear(bytes));
    this.#timer ??= setInterval(() => this.#beat(), PACE_EVERY_MS);
  }

  close(): void {
    this.#rest();
    this.#streams.destroy();
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  get #faults(): FaultState {
    return this.#options.device.faults.state;
  }

  get #model(): MedibusModel {
    const model = MODELS[this.#faults.otherModel ?? this.#options.model];
    return this.#faults.germanMonth ? { ...model, date: { ...model.date, month: "german" } } : model;
  }

  get #powered(): boolean {
    return this.#options.device.body.duty.state !== "off";
  }

  #hear(bytes: Uint8Array): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#live(nowMs);
    for (const heard of this.#reader.read(bytes)) {
      this.#record(heard, nowMs);
      this.#take(heard, nowMs);
    }
  }

  #record(heard: Heard, nowMs: number): void {
    const { refused, clock } = this.#options;
    const control = (text: string): void => refused.record(clock.nowMs(), "control", text);
    if (heard.kind === "broken") refused.record(clock.nowMs(), "broken", heard.text);
    else if (heard.kind === "fast") {
      const sequence = this.#realtime.hear(heard.byte, nowMs);
      if (sequence !== null) control(sequence);
    } else if (heard.kind === "command") {
      if (!isReading(heard.code, heard.data)) control(`${hex(heard.code)}H ${heard.data}`.trim());
    } else if (heard.kind === "response") {
      if (!isAnswer(heard.code)) control(`response ${hex(heard.code)}H`);
    } else control(heard.kind);
  }

  #take(heard: Heard, nowMs: number): void {
    const session = this.#session;
    if (heard.kind === "suspend" || heard.kind === "resume") this.#outgoing.suspended = heard.kind === "suspend";
    else if (heard.kind === "broken") {
      if (session.open) this.#answer(NAK, "", nowMs);
    } else if (heard.kind === "command") {
      this.#obey(heard.code, heard.data, session.open);
      this.#do(session.hearCommand(heard.code, heard.data, nowMs), nowMs);
    } else if (heard.kind === "response") this.#do(session.hearResponse(heard.code, nowMs), nowMs);
  }

  /** What a command changes of the line; of the device nothing is changed by any. */
  #obey(code: number, data: string, inSession: boolean): void {
    if (code === COMMAND.initialise) this.#forget();
    if (code === COMMAND.stop) this.#realtime.stop();
    if (code === COMMAND.configureRealtime && inSession) this.#realtime.configure(data);
  }

  #forget(): void {
    this.#outgoing.clear();
    this.#realtime.stop();
  }

  #do(moves: readonly Move[], nowMs: number): void {
    for (const move of moves) {
      if (move.kind === "answer") this.#answer(move.code, move.data, nowMs);
      else this.#say(move.code, nowMs);
    }
  }

  #say(code: number, nowMs: number): void {
    if (!this.#speaks(nowMs)) return;
    this.#outgoing.pushFrame({
      notBeforeMs: nowMs,
      make: () => encodeFrame("command", code),
      left: () => this.#session.left(this.#options.clock.monotonicMs(), code),
    });
  }

  #answer(code: number, data: string, nowMs: number): void {
    if (!this.#speaks(nowMs)) return;
    const { device, clock, random } = this.#options;
    this.#outgoing.pushFrame({
      notBeforeMs: nowMs + this.#faults.replyDelayMs,
      make: () => {
        const told = this.#faults.otherReply && isDataCommand(code) ? commandAfter(code) : code;
        const frame = encodeFrame("response", told, data === "" ? dataOf(told, this.#view()) : "");
        const { bytes, whole } = spoil(frame, this.#faults, random);
        if (isDataCommand(code)) recordSaid(device, clock.nowMs(), `${hex(code)}H`, whole && told === code);
        return bytes;
      },
      left: () => this.#session.left(clock.monotonicMs()),
    });
  }

  #view(): MedibusView {
    const { device, clock, wallTime } = this.#options;
    const { clockOffsetMin, patientRecord, blankValues, standbyText } = this.#faults;
    return {
      body: device.body,
      model: this.#model,
      nowMs: clock.nowMs() + clockOffsetMin * 60_000,
      wallTime,
      patient: patientRecord ? MADE_UP_PATIENT : device.body.patient,
      blank: blankValues,
      standby: standbyText,
    };
  }

  #beat(): void {
    if (this.#streams.empty) this.#rest();
    const nowMs = this.#options.clock.monotonicMs();
    this.#live(nowMs);
    if (this.#speaks(nowMs)) this.#send(nowMs);
    else this.#outgoing.clear();
    this.#paidToMs = Math.max(this.#paidToMs, nowMs - CATCH_UP_MS);
  }

  /** Lets time pass over the session, and notices what has been switched since. */
  #live(nowMs: number): void {
    this.#notice(nowMs);
    const wasOpen = this.#session.open;
    const moves = this.#session.pass(nowMs);
    if (wasOpen && !this.#session.open) this.#forget();
    this.#do(moves, nowMs);
  }

  #state(): Noticed {
    const { otherModel, clockOffsetMin, pauseMs, ownInitialise, configurationChanged } = this.#faults;
    return { otherModel, clockOffsetMin, pauseMs, ownInitialise, configurationChanged, powered: this.#powered };
  }

  #notice(nowMs: number): void {
    const before = this.#noticed;
    const now = this.#state();
    this.#noticed = now;
    if (now.pauseMs > 0 && now.pauseMs !== before.pauseMs) this.#quietUntilMs = nowMs + now.pauseMs;
    if (!now.powered) this.#session.close();
    const begins = (now.powered && !before.powered) || now.otherModel !== before.otherModel;
    if (begins || (now.ownInitialise && !before.ownInitialise)) {
      this.#forget();
      this.#do(this.#session.restart(), nowMs);
    }
    if (!this.#session.open) return;
    if (now.clockOffsetMin !== before.clockOffsetMin) this.#say(COMMAND.timeChanged, nowMs);
    if (now.configurationChanged && !before.configurationChanged) {
      this.#realtime.stop();
      this.#say(COMMAND.realtimeChanged, nowMs);
    }
  }

  #speaks(nowMs: number): boolean {
    return this.plugged && !this.#faults.silent && this.#powered && nowMs >= this.#quietUntilMs;
  }

  /** Sends what the speed of the line allows. */
  #send(nowMs: number): void {
    const { device, random } = this.#options;
    const { baudRate, bitsPerByte } = this.#model;
    const { flood, splitReply } = this.#faults;
    const bytesPerMs = (this.#faults.baudRate ?? baudRate) / bitsPerByte / 1000;
    if (this.#session.open) this.#outgoing.pushFast(this.#realtime.due(nowMs, (atMs) => momentOf(device.body, atMs)));
    if (this.#outgoing.idle && !flood) this.#paidToMs = nowMs;
    const due = Math.floor((nowMs - this.#paidToMs) * bytesPerMs);
    if (due < 1) return;
    const count = splitReply ? 1 : due;
    const noise = (): Buffer => Buffer.from(Array.from({ length: count }, () => random.integer(0, 255)));
    const bytes = flood ? noise() : this.#outgoing.take(count, nowMs);
    this.#paidToMs += due / bytesPerMs;
    if (bytes.length > 0) this.#streams.write(bytes);
  }
}

function commandAfter(code: DataCommand): DataCommand {
  const index = DATA_COMMANDS.indexOf(code);
  return DATA_COMMANDS[(index + 1) % DATA_COMMANDS.length] ?? code;
}
