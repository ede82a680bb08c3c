import type { CodecFault, Decoded } from "@wardtwin/device-profiles/codec/decoded";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import type { Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { LinkErrorCode } from "../link/link-error.ts";
import type { AsenaFrameFault } from "../protocol/asena-framer.ts";
import type { DefibReadyFrameFault } from "../protocol/defib-ready-framer.ts";
import type { MedibusFrameFault } from "../protocol/medibus-framer.ts";
import type { OrchestraFrameFault } from "../protocol/orchestra-framer.ts";
import type { ReportFrameFault } from "../protocol/report-framer.ts";

/** One place on one line, and what is expected to speak there; one object for as long as the line runs. */
export interface Device {
  line: string;
  unit: string;
  profile: Profile;
}

export type ReadFault =
  | LinkErrorCode
  | ReportFrameFault
  | AsenaFrameFault
  | OrchestraFrameFault
  | MedibusFrameFault
  | DefibReadyFrameFault
  | CodecFault;

/** What one poll of one device came to, stamped when its last byte arrived. */
export interface Outcome {
  device: Device;
  poll: string;
  atMonoMs: number;
  result: Result<Decoded, ReadFault>;
}

/** A line with its protocol on top: answers for one device and one poll. It never rejects for the world's sake. */
export interface LineReader {
  /** Nothing is asked on this line: another master does, and reading costs nobody a thing. */
  readonly isListening?: true;
  /** How long the line has to rest between two requests, ms, where it is not the usual time. */
  readonly gapMs?: number;
  /** null where nothing new was heard, and it is too early to call that a silence. */
  read(unit: string, poll: string): Promise<Result<Decoded, ReadFault> | null>;
  close(): Promise<void>;
}

/** A line on which this gateway asks, so that each poll comes to something. */
export interface DeviceReader extends LineReader {
  read(unit: string, poll: string): Promise<Result<Decoded, ReadFault>>;
}
