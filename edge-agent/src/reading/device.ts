import type { CodecFault, Decoded } from "@wardtwin/device-profiles/codec/decoded";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import type { Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { LinkErrorCode } from "../link/link-error.ts";
import type { AsenaFrameFault } from "../protocol/asena-framer.ts";
import type { OrchestraFrameFault } from "../protocol/orchestra-framer.ts";
import type { ReportFrameFault } from "../protocol/report-framer.ts";

/** One place on one line, and what is expected to speak there. */
export interface Device {
  line: string;
  unit: string;
  profile: Profile;
}

export type ReadFault = LinkErrorCode | ReportFrameFault | AsenaFrameFault | OrchestraFrameFault | CodecFault;

/** What one poll of one device came to, stamped when its last byte arrived. */
export interface Outcome {
  device: Device;
  poll: string;
  atMonoMs: number;
  result: Result<Decoded, ReadFault>;
}

/** A line with its protocol on top: asks one device one poll. It never rejects for the world's sake. */
export interface DeviceReader {
  read(unit: string, poll: string): Promise<Result<Decoded, ReadFault>>;
  close(): Promise<void>;
}
