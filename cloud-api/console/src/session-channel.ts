/** Tells this browser's other tabs that somebody signed in or out, so that no tab goes on as the person before. */
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("wardtwin-session");

export const announceSession = (): void => channel?.postMessage("changed");

export function onSessionElsewhere(listener: () => void): void {
  channel?.addEventListener("message", listener);
}
