import type { Decoded } from "@wardtwin/device-profiles/codec/decoded";
import { decodeOrchestra, type OrchestraReply, orchestraModules } from "@wardtwin/device-profiles/codec/orchestra";
import type { OrchestraProfile } from "@wardtwin/device-profiles/profile/fresenius-orchestra";
import {
  ORCHESTRA_BASE,
  type OrchestraPlace,
  type OrchestraSlot,
  orchestraSlot,
} from "@wardtwin/device-profiles/profile/orchestra-layout";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { ByteLink, type OpenStream } from "../link/byte-link.ts";
import { ReconnectGate } from "../link/reconnect-gate.ts";
import { within } from "../link/within.ts";
import type { DeviceReader, ReadFault } from "./device.ts";
import { OrchestraDialogue, type OrchestraLine } from "./orchestra-dialogue.ts";
import { OrchestraSession } from "./orchestra-session.ts";

/** Errors by which a base says that what it was asked for needs a session that is not open, or a module that is not there. */
const BASE_NOT_OPEN = "0D";
const MODULE_IMPOSSIBLE = "0E";
const MODULE_NOT_OPEN = "1E";

/** Saying good-bye: how long one answer is waited for, and all of them. */
const CLOSING = { replyMs: 300, attempts: 1, pollMs: 1_000 };

/**
 * Reads the modules of an Orchestra base, a slot at a time. The base's session is opened first, then that of each module
 * when it is read for the first time; a session that turns out not to be open is opened anew, once in a poll.
 *
 * The base says which slots are occupied; one that is not is vacant. A base that does not answer is not asked again for a
 * while, so that a silent one costs one wait and not one for each of its slots.
 */
export function orchestraReader(openStream: OpenStream, profile: OrchestraProfile, monoMs: () => number): DeviceReader {
  const session = new OrchestraSession();
  const link = new ByteLink(openStream, monoMs, session);
  const line: OrchestraLine = { link, session, gate: new ReconnectGate(monoMs), monoMs };
  let reading: Promise<unknown> = Promise.resolve();

  async function read(slot: OrchestraSlot): Promise<Result<Decoded, ReadFault>> {
    // A peer that hung up between two polls took its sessions with it.
    if (!link.isOpen) session.lost();
    const told = await readModule(line, profile, slot);
    if (!told.ok) return told;
    const decoded = decodeOrchestra(profile, told.value);
    // A reply without the rate says nothing of the state, and the one told before need not hold.
    return decoded.operatingState === null ? fail("codec.field-count") : ok(decoded);
  }

  return {
    async read(unit) {
      const slot = orchestraSlot(unit);
      if (slot === undefined) throw new Error(`an Orchestra base has no slot ${unit}`);
      const result = read(slot);
      reading = result;
      return result;
    },
    async close() {
      // A base that is slow to answer now would be slow to say good-bye.
      const isIdle = await within(reading, CLOSING.replyMs, "a reading goes on").then(
        () => true,
        () => false,
      );
      if (isIdle && link.isOpen) await sayGoodBye(line);
      link.close();
    },
  };
}

/** The variables of a module, or why there are none. What a base says about sessions is mended and asked again, once. */
async function readModule(
  line: OrchestraLine,
  profile: OrchestraProfile,
  slot: OrchestraSlot,
): Promise<Result<readonly string[], ReadFault>> {
  const { session } = line;
  const dialogue = new OrchestraDialogue(line, profile.wire);
  let told = await askModule(line, dialogue, profile, slot);
  if (told.ok && told.value.status === "incorrect" && isMended(session, told.value.error, slot)) {
    told = await askModule(line, dialogue, profile, slot);
  }
  if (!told.ok) return told;
  return told.value.status === "correct" ? ok(told.value.fields) : fail("link.exception");
}

/** Forgets what an error says is not so; false where it says nothing of the kind. */
function isMended(session: OrchestraSession, error: string, slot: OrchestraSlot): boolean {
  if (error === BASE_NOT_OPEN) session.lost();
  else if (error === MODULE_NOT_OPEN) session.open.delete(slot);
  else if (error === MODULE_IMPOSSIBLE) {
    session.open.delete(slot);
    session.modules = null;
  } else return false;
  return true;
}

/** From wherever the session stands to the module's variables. An error of the base's or the module's ends the way. */
async function askModule(
  line: OrchestraLine,
  dialogue: OrchestraDialogue,
  { wire }: OrchestraProfile,
  slot: OrchestraSlot,
): Promise<Result<OrchestraReply, ReadFault>> {
  const { session, monoMs } = line;
  const base = await openedBase(line, dialogue);
  if (!base.ok) return base;
  if (session.modules === null || monoMs() - session.modules.atMonoMs > wire.modulesMs) {
    const list = await dialogue.ask("fresenius-orchestra.0.modules", { place: ORCHESTRA_BASE, withFields: true });
    if (!list.ok || list.value.status === "incorrect") return list;
    const slots = orchestraModules(list.value.fields);
    if (!slots.ok) return slots;
    session.modules = { slots: slots.value, atMonoMs: monoMs() };
  }
  if (!session.modules.slots.has(slot)) {
    session.open.delete(slot);
    return fail("codec.vacant");
  }
  const module = await opened(session, dialogue, slot);
  if (!module.ok) return module;
  return dialogue.ask(`fresenius-orchestra.${slot}.read`, { place: slot, withFields: true });
}

async function openedBase(
  { session, gate, monoMs }: OrchestraLine,
  dialogue: OrchestraDialogue,
): Promise<Result<null, ReadFault>> {
  const reason = gate.blockedBy();
  if (reason !== null) return fail(reason);
  const sinceMs = monoMs();
  const base = await opened(session, dialogue, ORCHESTRA_BASE);
  if (base.ok) gate.opened();
  else gate.failed(base.fault, sinceMs);
  return base;
}

/**
 * Opens a session unless it is open. What a base will not open may be open already, from an agent before this one: that an
 * opening was answered at all is enough to go on, and whether it was in vain shows at the next request.
 */
async function opened(
  session: OrchestraSession,
  dialogue: OrchestraDialogue,
  place: OrchestraPlace,
): Promise<Result<null, ReadFault>> {
  if (session.open.has(place)) return ok(null);
  const reply = await dialogue.ask(`fresenius-orchestra.${place}.open`, { place, withFields: false });
  if (!reply.ok) return reply;
  session.open.add(place);
  return ok(null);
}

/** Closes the sessions, the base's last. Whoever does not answer is left to its own time-out. */
async function sayGoodBye(line: OrchestraLine): Promise<void> {
  const dialogue = new OrchestraDialogue(line, CLOSING);
  const places = [...line.session.open];
  // The base's session was opened first.
  for (const place of places.reverse()) {
    const closed = await dialogue.ask(`fresenius-orchestra.${place}.close`, { place, withFields: false });
    if (!closed.ok) return;
  }
}
