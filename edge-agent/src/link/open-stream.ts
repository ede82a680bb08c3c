import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { SerialPort } from "serialport";
import type { OpenStream } from "./byte-link.ts";
import type { SerialSettings } from "./line-url.ts";
import { asLinkError, LinkError } from "./link-error.ts";

/** Probes of an idle connection start after so long; they find a peer that vanished without a word. */
const KEEP_ALIVE_MS = 10_000;

/** Opens a socket. The caller's listeners for "error" and "close" come after this one's are gone. */
export async function openSocket(host: string, port: number, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  const late = setTimeout(() => reject(new LinkError("link.timeout", `no connection to ${host}:${port}`)), timeoutMs);
  socket.once("connect", resolve);
  socket.once("error", reject);
  try {
    await promise;
    return socket;
  } catch (error) {
    // A socket that is given up may still tell of an error later.
    socket.on("error", () => {});
    socket.destroy();
    throw asLinkError(error);
  } finally {
    clearTimeout(late);
    socket.off("connect", resolve);
    socket.off("error", reject);
  }
}

/** Raw TCP to a serial device server: one port of it is one line. */
export const tcpStream =
  (host: string, port: number): OpenStream =>
  (timeoutMs) =>
    openSocket(host, port, timeoutMs);

/**
 * A serial port of this machine, or a pty. Its modem lines are put where the profile wants them and otherwise left as the
 * system sets them; a pty has none. No BREAK is ever sent: the library's call for it is not used anywhere.
 */
export const serialStream =
  ({ dtr, rts, hangUpOnClose, ...settings }: SerialSettings): OpenStream =>
  async (timeoutMs): Promise<Duplex> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const port = new SerialPort({ ...settings, hupcl: hangUpOnClose, autoOpen: false, lock: true });
    const late = setTimeout(() => reject(new LinkError("link.timeout", `${settings.path} does not open`)), timeoutMs);
    port.open((error) => (error === null ? resolve() : reject(error)));
    try {
      await promise;
      await setModemLines(port, dtr, rts);
      return port;
    } catch (error) {
      port.on("error", () => {});
      port.destroy();
      throw asLinkError(error);
    } finally {
      clearTimeout(late);
    }
  };

async function setModemLines(port: SerialPort, dtr: boolean | null, rts: boolean | null): Promise<void> {
  if (dtr === null && rts === null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  // A pty refuses; so does a port without these lines. Neither has anything to be put.
  port.set({ ...(dtr === null ? {} : { dtr }), ...(rts === null ? {} : { rts }) }, () => resolve());
  await promise;
}
