import { type Child, type ChildSpec, startChild } from "@wardtwin/infra/launcher/child";

/** As the launcher and a service manager do; a little sooner, because a suite waits for it. */
const RESTART_MS = 300;
const UP_WITHIN_MS = 60_000;
const GRACE_MS = 5_000;

const kept = new Set<KeptProcess>();
process.on("exit", () => {
  for (const one of kept) one.killNow();
});

/** A program of the house in a process of its own, which is started again whenever it ends unasked. */
export class KeptProcess {
  readonly #spec: ChildSpec;
  #child: Child;
  #stopping = false;
  /** How often it was started. */
  starts = 0;

  constructor(spec: ChildSpec) {
    this.#spec = spec;
    this.#child = this.#start();
    kept.add(this);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits for a message of its first start. */
  told(type: string): Promise<Record<string, unknown>> {
    const wanted = (message: Record<string, unknown>) => message["type"] === type || message["event"] === type;
    return this.#child.told(wanted, UP_WITHIN_MS);
  }

  /** Sends a signal; resolves once the process has ended by it and another one runs. */
  async end(name: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { pid, exited } = this.#child;
    const { starts } = this;
    process.kill(pid, name);
    await exited;
    while (this.starts === starts) await new Promise((resolve) => setTimeout(resolve, RESTART_MS / 10));
  }

  freeze(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  thaw(): void {
    process.kill(this.pid, "SIGCONT");
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.thaw();
    await this.#child.stop(GRACE_MS);
    kept.delete(this);
  }

  killNow(): void {
    this.#stopping = true;
    this.#child.killNow();
  }

  #start(): Child {
    this.starts++;
    const child = startChild(this.#spec);
    void child.exited.then(() => {
      if (this.#stopping) return;
      setTimeout(() => {
        if (!this.#stopping) this.#child = this.#start();
      }, RESTART_MS);
    });
    return child;
  }
}
