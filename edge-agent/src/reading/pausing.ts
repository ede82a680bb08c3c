/**
 * Pauses that end early, all of them, when the signal is given. One pause at a time, and one listener for all.
 * @returns waits so many ms, not at all where that is no time; false when it is to stop
 */
export function pausing(signal: AbortSignal): (ms: number) => Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let end: () => void = () => {};
  const cutShort = () => {
    clearTimeout(timer);
    end();
  };
  signal.addEventListener("abort", cutShort, { once: true });
  return async (ms) => {
    if (ms > 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      end = resolve;
      timer = setTimeout(resolve, ms);
      await promise;
    }
    return !signal.aborted;
  };
}
