import type { OPCUAServer } from "node-opcua-server";

/** Responses held back at one time; older ones are lost, as their clients have long given up on them. */
const HELD_MAX = 256;

/**
 * Holds back whatever a server publishes, keep-alives too, while every other service goes on: a server whose publishing
 * thread hangs. Opened again, it sends what it held.
 */
export class PublishGate {
  #isOpen = true;
  #held: (() => void)[] = [];

  constructor(server: OPCUAServer) {
    server.on("newChannel", (channel) => {
      const send = channel.send_response.bind(channel);
      channel.send_response = (messageType, response, message, callback) => {
        const pass = (): void => send(messageType, response, message, callback);
        if (this.#isOpen || response.schema.name !== "PublishResponse") pass();
        else this.#held = [...this.#held, pass].slice(-HELD_MAX);
      };
    });
  }

  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (!isOpen) return;
    const held = this.#held;
    this.#held = [];
    for (const pass of held) pass();
  }
}
