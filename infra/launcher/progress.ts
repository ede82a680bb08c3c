/** Tells a person at a terminal what is being done, on stderr; stdout keeps the line for programs. */
export interface Progress {
  step(what: string): void;
  note(what: string): void;
}

export function startProgress(nowMs: () => number, write: (text: string) => void): Progress {
  const startedMs = nowMs();
  const line = (what: string) => write(`${((nowMs() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${what}\n`);
  return { step: (what) => line(what), note: (what) => line(`  ${what}`) };
}
