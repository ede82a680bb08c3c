import { closeSync, constants, openSync } from "node:fs";
import { Duplex } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";

/**
 * Opens a pseudo-terminal (as socat makes them) as a stream of raw bytes, without a serial port library. A pty knows no
 * speed: whoever speaks on it paces itself. Throws when the path cannot be opened or is no terminal.
 */
export function openPty(path: string): Duplex {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const inFd = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  try {
    const input = new ReadStream(inFd);
    input.setRawMode(true);
    const output = new WriteStream(openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
    // The far end going away is an error of the read side (EIO); either side's end is the stream's end.
    output.on("error", () => input.destroy());
    return Duplex.from({ readable: input, writable: output });
  } catch (error) {
    closeSync(inFd);
    throw error;
  }
}
