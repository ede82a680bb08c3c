import type { FaultBoard } from "../faults/fault-board.ts";
import type { Line } from "../hospital/manifest.ts";
import type { Refusals } from "./refusal-log.ts";

/** Where an opened line is reached, as the manifest tells it. */
export type LineAddress = Pick<Line, "url"> & Partial<Pick<Line, "credentials" | "serverCertificateFile">>;

/** One line of the hospital on the wire. */
export interface Wire {
  /** Whether the line as a whole is connected; a change takes effect at the next `refresh`. */
  plugged: boolean;
  /** The faults of the line itself, where it knows any beside `plugged`. */
  readonly faults?: FaultBoard;
  /** Opens the line on a free port and says where it is. */
  open(): Promise<LineAddress>;
  /** Brings the line to what the switches say: called after every change of a fault or a state. */
  refresh(): Promise<void>;
  /** Shows the state of the bodies where a wire must be told (OPC UA); called after every step. */
  publish(nowMs: number): void;
  /** What was said on the line beside readings, where the wire keeps account of it. */
  refused?(): Refusals;
  /** How often each kind of request came, by the protocol's own name of it, where the wire keeps account of it. */
  requests?(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
