/** One frame of Modbus, either way. */
export interface Adu {
  /** By which a client on TCP tells its requests apart; 0 where the framing has none. */
  transaction: number;
  unit: number;
  pdu: Buffer;
}

/** What was found at the front of a stream of bytes. */
export interface Taken {
  adus: Adu[];
  /** The beginning of a frame whose end has not come yet. */
  rest: Buffer;
  /** Bytes that can be no frame of this framing, or null. */
  broken: Buffer | null;
}

/** How requests and replies stand on a stream; the server's side. */
export interface ModbusFraming {
  take(bytes: Buffer): Taken;
  encode(adu: Adu): Buffer;
  /** After so many milliseconds of silence the beginning of a frame is given up; null where only its length counts. */
  silenceMs: number | null;
  /** Scheme of the address of such a line. */
  scheme: string;
}
