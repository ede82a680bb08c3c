import { BASE_SLOT, MESSAGE_CHARACTERS_MAX } from "./frame.ts";
import type { Variables } from "./variables.ts";
import { isVariable } from "./variables.ts";

/** A module as the base finds it in its slot. */
export interface SeatedModule {
  /** Stands for the thing itself: another one when the module was changed. */
  readonly body: object;
  /** Switched off, it is in its slot, and the base cannot talk to it. */
  readonly isOn: boolean;
  readonly variables: Variables;
}

/** What stands in the slots at one moment; an empty slot is absent. */
export interface Slots {
  base: Variables;
  modules: ReadonlyMap<number, SeatedModule>;
}

/** Errors of the application, two characters (sheet, section 4). */
export const ERRORS = {
  unknownCommand: "01",
  disabledInMode: "02",
  syntax: "04",
  unusedIdentifier: "0A",
  incorrectIdentifier: "0B",
  tooLong: "0C",
  baseClosed: "0D",
  moduleUnreachable: "0E",
  moduleClosed: "1E",
  notAuthorised: "20",
} as const;
type ErrorCode = (typeof ERRORS)[keyof typeof ERRORS];

/** What only reads, or opens and closes the host's own session. */
const READINGS = ["DC", "FC", "LE", "LM", "LF", "LN", "LP", "DE", "AE"];
/** What the sheet lists as control; a module worked by hand refuses it. */
const CONTROLS = ["PR", "PO", "PB", "PF", "PV", "PP", "PS", "RZ", "OF", "SI", "RV", "EP", "EN"];
/** The host's word that it has heard a spontaneous event or adjustment. */
const ACKNOWLEDGEMENTS = ["E", "M"];

const commandOf = (message: string): string => message.split(";")[0] ?? "";
export const isReading = (message: string): boolean =>
  ACKNOWLEDGEMENTS.includes(message) || READINGS.includes(commandOf(message));

/** A host's session with the base or one module. */
interface Session {
  readonly body: object | null;
  /** What was last told of each variable whose changes are told unasked, by its letter. */
  readonly told: Map<string, string>;
  /** The event told and not yet acknowledged. */
  event: string | null;
}

/**
 * What a base makes of messages: sessions, variables and events, without a line or a time. A session with a module ends when
 * the module leaves its slot; nothing that a host says changes a module.
 */
export class OrchestraBase {
  readonly #look: () => Slots;
  readonly #sessions = new Map<number, Session>();

  /** @param look at the slots as they are now. */
  constructor(look: () => Slots) {
    this.#look = look;
  }

  get hasSession(): boolean {
    return this.#sessions.size > 0;
  }

  /** The reply to a message to a slot, or null for one that earns none. `semicolon` stands before an error's two characters. */
  answer(slot: number, message: string, semicolon: ";" | ""): string | null {
    if (ACKNOWLEDGEMENTS.includes(message)) {
      const session = this.#sessions.get(slot);
      if (session !== undefined) session.event = null;
      return null;
    }
    const answer = this.#answer(slot, message);
    const reply = typeof answer === "string" ? `I${semicolon}${answer}` : ["C", ...answer].join(";");
    return reply.length > MESSAGE_CHARACTERS_MAX ? `I${semicolon}${ERRORS.tooLong}` : reply;
  }

  /** Ends the sessions of modules that are no longer where they were. */
  settle(): void {
    const { modules } = this.#look();
    for (const [slot, { body }] of this.#sessions) {
      if (body !== null && modules.get(slot)?.body !== body) this.#sessions.delete(slot);
    }
  }

  closeAll(): void {
    this.#sessions.clear();
  }

  /** The events that wait for their acknowledgement, new ones included, by slot. */
  events(): ReadonlyMap<number, string> {
    const events = new Map<number, string>();
    for (const [slot, session] of this.#sessions) {
      session.event ??= this.#newEvent(slot, session);
      if (session.event !== null) events.set(slot, session.event);
    }
    return events;
  }

  #answer(slot: number, message: string): ErrorCode | string[] {
    const [command = "", ...parts] = message.split(";");
    const refusal = this.#refusal(slot, command);
    if (refusal !== null) return refusal;
    const letters = [...parts.join("")];
    switch (command) {
      case "DC":
        return this.#open(slot);
      case "FC":
        return this.#close(slot);
      case "LE":
        return this.#read(slot, letters);
      case "DE":
        return this.#enable(slot, letters);
      case "AE":
        return this.#disable(slot, letters);
      case "LM":
        return slot === BASE_SLOT ? [] : this.#read(slot, ["d"]);
      case "LF":
        return parts.join() === "b"
          ? [slot === BASE_SLOT ? "bOrchestra Base" : "bModule DPS"]
          : ERRORS.incorrectIdentifier;
      default:
        // LN and LP: the module has been given neither an id nor a drug.
        return [];
    }
  }

  /** Why a command is not carried out, or null. */
  #refusal(slot: number, command: string): ErrorCode | null {
    const opens = command === "DC";
    if (!this.#sessions.has(BASE_SLOT) && !(opens && slot === BASE_SLOT)) return ERRORS.baseClosed;
    if (slot !== BASE_SLOT) {
      if (this.#look().modules.get(slot)?.isOn !== true) return ERRORS.moduleUnreachable;
      if (!this.#sessions.has(slot) && !opens) return ERRORS.moduleClosed;
    }
    if (READINGS.includes(command)) return null;
    if (command === "MO") return ERRORS.notAuthorised;
    return CONTROLS.includes(command) ? ERRORS.disabledInMode : ERRORS.unknownCommand;
  }

  #open(slot: number): string[] {
    const body = this.#look().modules.get(slot)?.body ?? null;
    if (!this.#sessions.has(slot)) this.#sessions.set(slot, { body, told: new Map(), event: null });
    return [];
  }

  #close(slot: number): string[] {
    if (slot === BASE_SLOT) this.closeAll();
    else this.#sessions.delete(slot);
    return [];
  }

  #variablesOf(slot: number): Variables {
    const { base, modules } = this.#look();
    return slot === BASE_SLOT ? base : (modules.get(slot)?.variables ?? new Map());
  }

  #read(slot: number, letters: readonly string[]): ErrorCode | string[] {
    if (letters.length === 0) return ERRORS.syntax;
    const variables = this.#variablesOf(slot);
    const values: string[] = [];
    for (const letter of letters) {
      const value = variables.get(letter);
      if (value === undefined) return isVariable(letter) ? ERRORS.unusedIdentifier : ERRORS.incorrectIdentifier;
      values.push(value);
    }
    return values;
  }

  #enable(slot: number, letters: readonly string[]): ErrorCode | string[] {
    const values = this.#read(slot, letters);
    if (typeof values === "string") return values;
    for (const value of values) this.#sessions.get(slot)?.told.set(value.slice(0, 1), value);
    return [];
  }

  /** Without letters, all of them. */
  #disable(slot: number, letters: readonly string[]): string[] {
    const session = this.#sessions.get(slot);
    const disabled = letters.length === 0 ? [...(session?.told.keys() ?? [])] : letters;
    for (const letter of disabled) session?.told.delete(letter);
    if (session?.told.size === 0) session.event = null;
    return [];
  }

  #newEvent(slot: number, { told }: Session): string | null {
    const variables = this.#variablesOf(slot);
    const changed = [...told].flatMap(([letter, before]) => {
      const now = variables.get(letter);
      return now === undefined || now === before ? [] : [now];
    });
    for (const value of changed) told.set(value.slice(0, 1), value);
    return changed.length === 0 ? null : `E;${changed.join(";")}`;
  }
}
