import type { UnitRead } from "../protocol/modbus-rtu.ts";
import { LinkError, type LinkErrorCode } from "./link-error.ts";

export interface ModbusRequest extends UnitRead {
  timeoutMs: number;
}

/** An open Modbus line. What can no longer trust its stream closes itself. */
export interface ModbusMaster {
  readonly isOpen: boolean;
  /**
   * Words as 0 to 65535, bits as 0 and 1; exactly as many as asked for.
   * @throws LinkError
   */
  read(request: ModbusRequest): Promise<readonly number[]>;
  close(): void;
}

/** Opens a line; rejects when it is not open within the time. */
export type OpenMaster = (timeoutMs: number) => Promise<ModbusMaster>;

/** A gateway tells in the place of a unit that it has no way to it, or that it stayed silent. */
const FROM_GATEWAY: Readonly<Record<number, LinkErrorCode>> = { 10: "link.unreachable", 11: "link.timeout" };

/** An exception: somebody answered, and will not. Modbus Application Protocol V1.1b3, section 7. */
export class ModbusException extends LinkError {
  readonly exceptionCode: number;

  constructor(exceptionCode: number) {
    super(FROM_GATEWAY[exceptionCode] ?? "link.exception", `exception ${exceptionCode}`);
    this.exceptionCode = exceptionCode;
  }
}
