import { readFileSync } from "node:fs";
import { profileOf } from "@wardtwin/device-profiles/catalog";
import type { FuzzSubject, StreamMachine, Told } from "@wardtwin/infra/test/fuzz";
import { openDecoder } from "../reading/open-decoder.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}.hex`, import.meta.url), "utf8");

/** The lines of a golden fixture, one frame each. */
export const goldenLines = (name: string): Uint8Array[] =>
  fixture(name)
    .trim()
    .split("\n")
    .map((line) => Buffer.from(line.replaceAll(" ", ""), "hex"));

/** A golden fixture that is one frame over many lines. */
export const goldenFrame = (name: string): Uint8Array => Buffer.from(fixture(name).replace(/\s/g, ""), "hex");

export const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

const clock = { monoMs: () => 0, wallMs: () => 0, zoneOffsetMs: () => 0, bootId: "boot" };

/**
 * The decoder of a profile's protocol, as a subject beside its framer. A golden frame is found again by its length and kind:
 * what it means may hang on what came before, as a session does.
 */
export function decoderOf(
  framer: FuzzSubject,
  profileId: string,
  essence: (event: Told) => unknown = ({ kind, bytes }) => ({ kind, bytes }),
): FuzzSubject {
  const open = (): StreamMachine => {
    const profile = profileOf(profileId);
    const decoder = profile === null ? null : openDecoder(profile, { clock });
    if (decoder === null) throw new Error(`${profileId} has no decoder`);
    return decoder;
  };
  return { ...framer, name: `decoder of ${profileId}`, open, essence };
}
