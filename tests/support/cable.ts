import { connect, createServer, type Socket } from "node:net";
import { portOf } from "./ports.ts";

/** A cable between a gateway's line and a device that can be pulled, and plugged into another device. */
export interface Cable {
  port: number;
  /** The port of the device at its other end; null while it hangs free: whoever holds the near end is cut off. */
  plugInto(device: number | null): void;
  close(): Promise<void>;
}

export async function startCable(device: number): Promise<Cable> {
  let far: number | null = device;
  const ends = new Set<Socket>();
  const keep = (socket: Socket) => {
    ends.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => ends.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (far === null) {
      near.destroy();
      return;
    }
    const onward = connect(far, "127.0.0.1");
    keep(onward);
    near.pipe(onward).pipe(near);
    near.once("close", () => onward.destroy());
    onward.once("close", () => near.destroy());
  });
  const port = await portOf(server);
  const pull = () => {
    for (const end of ends) end.destroy();
  };
  return {
    port,
    plugInto(next) {
      far = next;
      pull();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        pull();
      }),
  };
}
