import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataType } from "node-opcua-variant";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { OpcUaLink } from "./opc-ua-link.ts";
import { OWN_NAMESPACE, startOpcUaServer, USER } from "./opc-ua-server.testing.ts";
import { OpcUaThreads } from "./opc-ua-threads.ts";
import { startPeer } from "./peer.testing.ts";

// One folder for all cases: making a key takes longer than everything else here.
let pkiDir = "";
beforeAll(() => {
  pkiDir = mkdtempSync(join(tmpdir(), "wardtwin-opc-ua-"));
});
afterAll(() => rmSync(pkiDir, { recursive: true }));

vi.setConfig({ testTimeout: 120_000 });
const clock = systemClock();
const soon = { timeout: 60_000, interval: 100 };
const peers: { stop(): Promise<void> }[] = [];
const links: OpcUaLink[] = [];
const threads = new OpcUaThreads();
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

function linkTo(port: number, monoMs = () => 0): OpcUaLink {
  const link = new OpcUaLink(
    {
      endpointUrl: `opc.tcp://127.0.0.1:${port}`,
      namespaceUri: OWN_NAMESPACE,
      nodes: "string-id",
      samplingMs: 50,
      publishingMs: 5_000,
      user: USER,
      serverCertificate: null,
      pkiDir,
    },
    threads,
    monoMs,
  );
  links.push(link);
  return link;
}

const ASKED = { unit: "1", nodes: ["Rack.SlotCount"] };

/** An acknowledge message by hand (OPC 10000-6, 7.1.2.4), with the sizes that it grants. */
function acknowledge(size: number): Buffer {
  const message = Buffer.alloc(28);
  message.write("ACKF");
  message.writeUInt32LE(28, 4);
  for (const at of [12, 16, 20, 24]) message.writeUInt32LE(size, at);
  return message;
}

test.each([
  ["says nothing", Buffer.alloc(0)],
  ["speaks another protocol", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["announces a message without end", Buffer.from("41434b46ffffffff00000000", "hex")],
  ["announces a message without a beginning", Buffer.from("41434b4600000000", "hex")],
  ["grants nothing", acknowledge(0)],
  ["answers every message with the same acknowledgement", acknowledge(65_536)],
  ["sends an error without a reason", Buffer.from("4552524610000000000000000000ffff", "hex")],
])("a server that %s is a fault in time, never an exception", async (_, answer) => {
  const peer = await startPeer((socket) => socket.write(answer));
  peers.push(peer);
  await expect(linkTo(peer.port).read(ASKED, 500)).rejects.toMatchObject({
    code: expect.stringMatching(/^link\./),
  });
});

test("a server that ends the thread of all lines costs the others one session, and is alone from then on", async () => {
  const slots = { dataType: DataType.Byte, value: 8 };
  const server = await startOpcUaServer({ pkiDir, strings: { "Rack.SlotCount": slots } });
  const hostile = await startPeer((socket) => socket.write(acknowledge(0)));
  peers.push(server, hostile);
  const link = linkTo(server.port, () => clock.monoMs());
  const slotCount = async () => (await link.read(ASKED, 5_000))?.get("Rack.SlotCount")?.value;
  await expect.poll(slotCount, soon).toBe(8);
  // Each look at this clock is past any pause.
  let nowMs = 0;
  const bad = linkTo(hostile.port, () => {
    nowMs += 60_000;
    return nowMs;
  });
  const strikes = () => expect(bad.read(ASKED, 5_000)).rejects.toThrow("the OPC UA library failed");
  const before = server.sessionsMade();
  await strikes();
  await expect.poll(slotCount, soon).toBe(8);
  const after = server.sessionsMade();
  expect(after).toBeGreaterThan(before);
  await strikes();
  await strikes();
  await expect.poll(slotCount, soon).toBe(8);
  expect(server.sessionsMade()).toBe(after);
});

test("nobody there is refused, and said again at once while the pause lasts", async () => {
  const peer = await startPeer(() => {});
  await peer.stop();
  const link = linkTo(peer.port);
  await expect(link.read(ASKED, 500)).rejects.toMatchObject({ code: "link.refused" });
  await expect(link.read(ASKED, 500)).rejects.toMatchObject({ code: "link.refused" });
});
