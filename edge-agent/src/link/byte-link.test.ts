import { Duplex } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { ByteLink } from "./byte-link.ts";
import { tcpStream } from "./open-stream.ts";
import { type Peer, startPeer } from "./peer.testing.ts";

const open: { close(): void }[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const link of open.splice(0)) link.close();
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

let nowMs = 0;
async function linkTo(answer: Parameters<typeof startPeer>[0]) {
  const peer = await startPeer(answer);
  peers.push(peer);
  const link = new ByteLink(tcpStream("127.0.0.1", peer.port), () => nowMs);
  open.push(link);
  return { peer, link };
}
const wait = { firstByteMs: 120, replyMs: 240 };

/** Gathers bytes until a carriage return. */
function ask(link: ByteLink): Promise<string> {
  let text = "";
  const until = (bytes: Uint8Array) => {
    text += Buffer.from(bytes).toString("latin1");
    return text.endsWith("\r");
  };
  return link.ask("puritan-bennett.report", until, wait).then(() => text);
}

test("a request is answered, and nothing but the template reaches the wire", async () => {
  const { peer, link } = await linkTo((socket) => socket.write("hello\r"));
  expect(await ask(link)).toBe("hello\r");
  expect(await ask(link)).toBe("hello\r");
  expect(peer.heard().toString()).toBe("SNDF\rSNDF\r");
  expect(peer.connections()).toBe(1);
});

test("silence is a time-out; a second one opens the line anew", async () => {
  const { peer, link } = await linkTo(() => {});
  await expect(ask(link)).rejects.toMatchObject({ code: "link.timeout" });
  await expect(ask(link)).rejects.toMatchObject({ code: "link.timeout" });
  await expect(ask(link)).rejects.toMatchObject({ code: "link.timeout" });
  expect(peer.connections()).toBe(2);
});

test("a reply that never ends is a time-out too", async () => {
  const { link } = await linkTo((socket) => {
    const drip = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(drip));
  });
  await expect(ask(link)).rejects.toMatchObject({ code: "link.timeout" });
});

test("what comes unasked is let go, and does not become the next reply", async () => {
  const { link } = await linkTo((socket) => {
    socket.write("asked\r");
    setTimeout(() => socket.write("unasked\r"), 20);
  });
  expect(await ask(link)).toBe("asked\r");
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await ask(link)).toBe("asked\r");
});

test("a peer that hangs up is closed, and the next request opens anew", async () => {
  let times = 0;
  const { link } = await linkTo((socket) => (++times === 1 ? socket.destroy() : socket.write("back\r")));
  await expect(ask(link)).rejects.toMatchObject({ code: "link.closed" });
  expect(await ask(link)).toBe("back\r");
});

test("a peer that asks for answers and takes none is hung up on before they pile up", async () => {
  let lost = 0;
  const conversation = {
    hear: (bytes: Uint8Array) => Array.from(bytes, () => "puritan-bennett.report" as const),
    lost: () => void lost++,
  };
  // A write whose end is never told.
  const stream = new Duplex({ read: () => {}, write: () => {} });
  const link = new ByteLink(
    async () => stream,
    () => 0,
    conversation,
  );
  open.push(link);
  const patient = { firstByteMs: 10_000, replyMs: 10_000 };
  const asked = link.ask("puritan-bennett.report", () => false, patient).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  for (let pushed = 0; !stream.destroyed; pushed++) {
    expect(pushed).toBeLessThan(11);
    stream.push(new Uint8Array(20_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(stream.writableLength).toBeLessThan(1_200_000);
  expect(await asked).toMatchObject({ code: "link.closed" });
  expect(lost).toBe(1);
});

test("a line that will not open is tried again only after a pause, and says why at once until then", async () => {
  const { peer, link } = await linkTo(() => {});
  await peer.stop();
  await expect(ask(link)).rejects.toMatchObject({ code: "link.refused" });
  const later = await startPeer((socket) => socket.write("up\r"), peer.port);
  peers.push(later);
  await expect(ask(link)).rejects.toMatchObject({ code: "link.refused" });
  expect(later.connections()).toBe(0);
  nowMs += 1_000;
  expect(await ask(link)).toBe("up\r");
});
