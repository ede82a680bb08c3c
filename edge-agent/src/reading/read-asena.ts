import { setTimeout as pause } from "node:timers/promises";
import { asenaResponseMaxMs, asenaSerial, decodeAsena } from "@wardtwin/device-profiles/codec/asena";
import type { Decoded } from "@wardtwin/device-profiles/codec/decoded";
import type { AsenaProfile } from "@wardtwin/device-profiles/profile/alaris-asena";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { ByteLink } from "../link/byte-link.ts";
import { AsenaDialogue } from "./asena-dialogue.ts";
import type { DeviceReader, ReadFault } from "./device.ts";

/** The pump that was greeted on this line. */
interface Pump {
  serial: string;
  replyMs: number;
}

/**
 * Reads an Alaris Asena pump. It is greeted once (serial number, protocol, the response time that it promises), and again
 * after every fault; each poll is INF and ALARM, both or neither.
 *
 * Who a reading belongs to is what its own INF frame says, never who was greeted. ALARM names nobody, so that a poll in
 * which another pump than the greeted one speaks counts only when that pump still answers after ALARM.
 */
export function asenaReader(link: ByteLink, profile: AsenaProfile, monoMs: () => number): DeviceReader {
  let pump: Pump | null = null;

  async function poll(): Promise<Result<Decoded, ReadFault>> {
    if (pump === null) {
      const greeted = await greet(new AsenaDialogue(link, profile.wire, monoMs), profile);
      if (!greeted.ok) return greeted;
      pump = greeted.value;
    }
    const dialogue = new AsenaDialogue(link, { ...profile.wire, replyMs: pump.replyMs }, monoMs);
    const decoded = await readStatus(dialogue, profile);
    if (!decoded.ok || isOf(decoded.value, pump)) return decoded;
    const greeted = await greet(new AsenaDialogue(link, profile.wire, monoMs), profile);
    if (!greeted.ok) return greeted;
    pump = greeted.value;
    return isOf(decoded.value, pump) ? decoded : fail("codec.serial");
  }

  return {
    async read() {
      const result = await poll();
      if (!result.ok) pump = null;
      return result;
    },
    async close() {
      link.close();
    },
  };
}

async function readStatus(dialogue: AsenaDialogue, profile: AsenaProfile): Promise<Result<Decoded, ReadFault>> {
  const inf = await dialogue.ask("alaris-asena.infusion");
  if (!inf.ok) return inf;
  await pause(profile.wire.gapMs);
  const alarm = await dialogue.ask("alaris-asena.alarm");
  return alarm.ok ? decodeAsena(profile, { inf: inf.value, alarm: alarm.value }) : alarm;
}

/** Asks who is there. A pump of another protocol is refused; one that promises no response time is waited for as usual. */
async function greet(dialogue: AsenaDialogue, profile: AsenaProfile): Promise<Result<Pump, ReadFault>> {
  const { protocolPrefix, gapMs, replyMs, replyMsMax } = profile.wire;
  await pause(gapMs);
  const told = await dialogue.ask("alaris-asena.serial-number");
  if (!told.ok) return told;
  const serial = asenaSerial(told.value);
  if (!serial.ok) return serial;
  await pause(gapMs);
  const protocol = await dialogue.ask("alaris-asena.protocol");
  if (!protocol.ok) return protocol;
  if (protocol.value[0]?.startsWith(protocolPrefix) !== true) return fail("codec.model");
  await pause(gapMs);
  const responseMax = await dialogue.ask("alaris-asena.response-max");
  if (!responseMax.ok) return responseMax;
  await pause(gapMs);
  const promisedMs = asenaResponseMaxMs(responseMax.value) ?? replyMs;
  return ok({ serial: serial.value, replyMs: Math.min(Math.max(promisedMs, replyMs), replyMsMax) });
}

const isOf = ({ identity }: Decoded, pump: Pump): boolean =>
  identity.serial !== undefined && normalisedSerial(identity.serial) === normalisedSerial(pump.serial);
