/** The one owner of the live stream; every tab of this browser connects here. */
import { openEventStream } from "./event-stream.ts";
import { Hub } from "./hub.ts";
import type { TabMessage } from "./protocol.ts";

const hub = new Hub(openEventStream);

// TypeScript's DOM and worker libraries exclude each other; this is the one thing needed of the second.
self.addEventListener("connect", (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined;
  if (port === undefined) return;
  const seat = hub.join((message) => port.postMessage(message));
  port.addEventListener("message", (received: MessageEvent<TabMessage>) => seat.receive(received.data));
  port.start();
});
