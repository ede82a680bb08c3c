import { once } from "node:events";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { startPeer } from "./peer.testing.ts";

test.each([
  ["a request that reads", "!INF|4961\r", null],
  ["a command that controls", "!INF_STOP|CD57\r", /what left is not reading alone: .*at 0 of alaris-asena/],
  ["a byte behind a request", "SNDF\r\0", /at 5 of puritan-bennett: 00/],
  ["languages mixed", "SNDF\r!INF|4961\r", /at 5 of puritan-bennett: 21/],
])("at its end, a peer passes judgement on %s", async (_, sent, sentence) => {
  const peer = await startPeer(() => {});
  const socket = connect(peer.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(sent, "latin1");
  await vi.waitFor(() => expect(peer.heard().toString("latin1")).toBe(sent));
  socket.destroy();
  if (sentence === null) await peer.stop();
  else await expect(peer.stop()).rejects.toThrow(sentence);
});
