import { connect, createServer, type Socket } from "node:net";
import { portOf } from "./ports.ts";

/** From whoever connects to whom it wants to reach, or back. */
export type Direction = "up" | "down";

/** A link of TCP between two programs that can be broken as networks break. */
export interface PausingProxy {
  port: number;
  /** Resets what is open, and whoever comes from now on. */
  cut(): void;
  /** The same, once so many more bytes have gone up; resolves when it has happened. */
  cutAfter(upBytes: number): Promise<void>;
  /** Half-open: connections stay and are made, and no byte passes either way. */
  pause(): void;
  /** Bytes of one direction are swallowed, as if they had been sent and never arrived. */
  drop(direction: Direction): void;
  /** Everything passes again. What was held back goes on its way; a connection of which bytes were swallowed is reset. */
  mend(): void;
  /** Connections that are open right now. */
  open(): number;
  /** How many bytes were ever swallowed. */
  dropped(): number;
  close(): Promise<void>;
}

/** One connection through the proxy. */
interface Link {
  near: Socket;
  far: Socket;
  /** Bytes are missing in the middle, so that it can never be sound again. */
  torn: boolean;
}

type Mode = "forward" | "cut" | "pause" | { drop: Direction };

/** The connections of one proxy, and in which way it is broken. */
class Links {
  readonly all = new Set<Link>();
  mode: Mode = "forward";
  dropped = 0;
  /** How many bytes may still go up before the link is cut. */
  #fuse: { bytes: number; blown: () => void } | null = null;

  join(near: Socket, far: Socket): void {
    const link = { near, far, torn: false };
    this.all.add(link);
    this.#carry(link, near, far, "up");
    this.#carry(link, far, near, "down");
  }

  cut(): void {
    this.mode = "cut";
    for (const link of this.all) reset(link);
  }

  cutAfter(bytes: number): Promise<void> {
    return new Promise((blown) => {
      this.#fuse = { bytes, blown };
    });
  }

  pause(): void {
    this.mode = "pause";
    for (const { near, far } of this.all) for (const end of [near, far]) end.pause();
  }

  mend(): void {
    this.mode = "forward";
    this.#fuse = null;
    for (const link of this.all) {
      if (link.torn) reset(link);
      else for (const end of [link.near, link.far]) end.resume();
    }
  }

  #carry(link: Link, from: Socket, to: Socket, direction: Direction): void {
    from.on("data", (bytes) => {
      if (typeof this.mode === "object" && this.mode.drop === direction) {
        link.torn = true;
        this.dropped += bytes.length;
        return;
      }
      if (!to.write(bytes)) {
        from.pause();
        to.once("drain", () => this.mode !== "pause" && from.resume());
      }
      if (direction === "up") this.#burn(bytes.length);
    });
    from.on("end", () => to.end());
    from.on("error", () => from.destroy());
    from.once("close", () => {
      this.all.delete(link);
      to.destroy();
    });
    if (this.mode === "pause") from.pause();
  }

  #burn(bytes: number): void {
    if (this.#fuse === null) return;
    this.#fuse.bytes -= bytes;
    if (this.#fuse.bytes > 0) return;
    const { blown } = this.#fuse;
    this.#fuse = null;
    this.cut();
    blown();
  }
}

const reset = ({ near, far }: Link): void => {
  near.resetAndDestroy();
  far.resetAndDestroy();
};

/** @param target where connections go; read anew for each of them */
export async function startPausingProxy(target: () => number): Promise<PausingProxy> {
  const links = new Links();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    near.on("error", () => near.destroy());
    if (links.mode === "cut") near.resetAndDestroy();
    else links.join(near, connect({ host: "127.0.0.1", port: target(), noDelay: true, allowHalfOpen: true }));
  });
  return {
    port: await portOf(server),
    cut: () => links.cut(),
    cutAfter: (bytes) => links.cutAfter(bytes),
    pause: () => links.pause(),
    drop: (direction) => {
      links.mode = { drop: direction };
    },
    mend: () => links.mend(),
    open: () => links.all.size,
    dropped: () => links.dropped,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { near, far } of links.all) for (const end of [near, far]) end.destroy();
      }),
  };
}
