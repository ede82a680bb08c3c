import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { OpcUaLink } from "./opc-ua-link.ts";
import { type Peer, startPeer } from "./peer.testing.ts";

// One folder for all cases: making a key takes longer than everything else here.
let pkiDir = "";
beforeAll(() => {
  pkiDir = mkdtempSync(join(tmpdir(), "wardtwin-opc-ua-"));
});
afterAll(() => rmSync(pkiDir, { recursive: true }));

const peers: Peer[] = [];
const links: OpcUaLink[] = [];
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

function linkTo(port: number): OpcUaLink {
  const link = new OpcUaLink(
    {
      endpointUrl: `opc.tcp://127.0.0.1:${port}`,
      namespaceUri: "urn:x",
      user: { userName: "agent", password: "secret" },
      serverCertificate: null,
      pkiDir,
    },
    () => 0,
  );
  links.push(link);
  return link;
}

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
  await expect(linkTo(peer.port).read(["Rack.SlotCount"], 500)).rejects.toMatchObject({
    code: expect.stringMatching(/^link\./),
  });
});

test("nobody there is refused, and said again at once while the pause lasts", async () => {
  const peer = await startPeer(() => {});
  await peer.stop();
  const link = linkTo(peer.port);
  await expect(link.read(["Rack.SlotCount"], 500)).rejects.toMatchObject({ code: "link.refused" });
  await expect(link.read(["Rack.SlotCount"], 500)).rejects.toMatchObject({ code: "link.refused" });
});
