import { decodeModbus } from "@wardtwin/device-profiles/codec/modbus";
import { type JoinedRead, readsOf, splitRead, withoutGaps } from "@wardtwin/device-profiles/codec/modbus-reads";
import type { ModbusProfile } from "@wardtwin/device-profiles/profile/modbus";
import type { ModbusLink } from "../link/modbus-link.ts";
import { ModbusException } from "../link/modbus-master.ts";
import type { DeviceReader } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";

/** How long it is remembered which of its addresses a unit does not have, ms. */
const REFUSALS_KEPT_MS = 3_600_000;
/** The code of an exception: an address of the request does not exist. */
const ILLEGAL_ADDRESS = 2;

/** The requests that a unit answers, where they are not those of its profile. One for each unit and poll at most. */
interface Learnt {
  reads: readonly JoinedRead[];
  untilMs: number;
  connection: number | null;
}

/**
 * Reads Modbus devices: all that a poll asks for, or nothing. What a device says that it does not have is asked for no
 * more until the line is opened anew, the unit stays silent, or an hour has passed.
 */
export function modbusReader(link: ModbusLink, profile: ModbusProfile, monoMs: () => number): DeviceReader {
  const polls = new Map(
    Object.entries(profile.polls).map(([name, { replyMs }]) => [
      name,
      { replyMs, reads: readsOf(profile, name), learnt: new Map<string, Learnt>() },
    ]),
  );
  const learntOf = (known: ReadonlyMap<string, Learnt>, unit: string) => {
    const learnt = known.get(unit);
    const holds = link.connection !== null && learnt?.connection === link.connection && monoMs() < learnt.untilMs;
    return holds ? learnt.reads : undefined;
  };
  return {
    async read(unit, pollName) {
      const poll = polls.get(pollName);
      if (poll === undefined) throw new Error(`${profile.id} has no poll ${pollName}`);
      const reads = learntOf(poll.learnt, unit) ?? poll.reads;
      const at = { unitId: Number(unit), timeoutMs: poll.replyMs };
      const asked = await orLinkFault(() => answersTo(reads, (read) => link.read({ ...at, ...read })));
      const decoded = asked.ok
        ? decodeModbus(
            profile,
            pollName,
            asked.value.map(({ read, values }) => ({ ...read, values })),
          )
        : asked;
      // Who could not be read at all may be another device the next time, or this one not yet awake.
      if (!decoded.ok) poll.learnt.delete(unit);
      else if (asked.ok && !isSame(asked.value, reads)) {
        poll.learnt.set(unit, {
          reads: withoutGaps(asked.value.map(({ read }) => read)),
          untilMs: monoMs() + REFUSALS_KEPT_MS,
          connection: link.connection,
        });
      }
      return decoded;
    },
    async close() {
      link.close();
    },
  };
}

interface Answered {
  read: JoinedRead;
  values: readonly number[];
}

const isSame = (answered: readonly Answered[], reads: readonly JoinedRead[]): boolean =>
  answered.length === reads.length && answered.every(({ read }, index) => read === reads[index]);

/** The answers to all requests, where one that asks for too much is split until what exists has been read. */
async function answersTo(
  reads: readonly JoinedRead[],
  ask: (read: JoinedRead) => Promise<readonly number[]>,
): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const read of reads) {
    try {
      answers.push({ read, values: await ask(read) });
    } catch (error) {
      if (!(error instanceof ModbusException) || error.exceptionCode !== ILLEGAL_ADDRESS) throw error;
      answers.push(...(await answersTo(splitRead(read), ask)));
    }
  }
  return answers;
}
