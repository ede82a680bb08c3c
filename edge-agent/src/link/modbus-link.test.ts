import { afterEach, expect, test } from "vitest";
import { ModbusLink } from "./modbus-link.ts";
import { type Peer, startPeer } from "./peer.testing.ts";

const links: ModbusLink[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

/** A Modbus TCP peer by hand: 7 bytes of header (transaction, protocol 0, length, unit), then the data unit it is told. */
async function linkTo(pduOf: (request: Buffer) => Buffer | null) {
  const peer = await startPeer((socket, request) => {
    const pdu = pduOf(request);
    if (pdu === null) return;
    const header = Buffer.concat([request.subarray(0, 4), Buffer.from([0, pdu.length + 1, request[6] ?? 0])]);
    socket.write(Buffer.concat([header, pdu]));
  });
  peers.push(peer);
  const link = new ModbusLink({ host: "127.0.0.1", port: peer.port }, () => 0);
  links.push(link);
  return { peer, link };
}
const at = { unitId: 17, timeoutMs: 200 };

test("FC04 and FC02 leave as the sheet writes them, and their answers are read", async () => {
  const { peer, link } = await linkTo((request) => Buffer.from(request[7] === 4 ? "0404010007d0" : "02020101", "hex"));
  expect(await link.read({ ...at, table: "input-register", address: 0, count: 2 })).toEqual([0x0100, 0x07d0]);
  const inputs = await link.read({ ...at, table: "discrete-input", address: 0, count: 9 });
  expect(inputs).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(peer.heard().toString("hex")).toBe("000100000006110400000002" + "000200000006110200000009");
});

test("an exception of the device is told, and keeps the connection", async () => {
  const { peer, link } = await linkTo(() => Buffer.from("8402", "hex"));
  await expect(link.read({ ...at, table: "input-register", address: 0, count: 2 })).rejects.toMatchObject({
    code: "link.exception",
  });
  await expect(link.read({ ...at, table: "input-register", address: 0, count: 2 })).rejects.toMatchObject({
    code: "link.exception",
  });
  expect(peer.connections()).toBe(1);
});

test("silence is a time-out; a second one opens the line anew", async () => {
  const { peer, link } = await linkTo(() => null);
  for (let times = 0; times < 3; times++) {
    await expect(link.read({ ...at, table: "input-register", address: 0, count: 2 })).rejects.toMatchObject({
      code: "link.timeout",
    });
  }
  expect(peer.connections()).toBe(2);
});

test.each([
  ["too few words", "04020100"],
  ["another function", "0304010007d0"],
  ["a byte count that lies", "04ff010007d0"],
  ["nothing", ""],
])("an answer with %s is a fault, never an exception", async (_, pdu) => {
  const { link } = await linkTo(() => Buffer.from(pdu, "hex"));
  await expect(link.read({ ...at, table: "input-register", address: 0, count: 2 })).rejects.toMatchObject({
    code: expect.stringMatching(/^link\.(protocol|timeout)$/),
  });
});

test("nobody there is refused, and a peer that dies is found again", async () => {
  const { peer, link } = await linkTo(() => Buffer.from("04020001", "hex"));
  expect(await link.read({ ...at, table: "input-register", address: 0, count: 1 })).toEqual([1]);
  await peer.stop();
  await expect(link.read({ ...at, table: "input-register", address: 0, count: 1 })).rejects.toMatchObject({
    code: expect.stringMatching(/^link\./),
  });
  const none = new ModbusLink({ host: "127.0.0.1", port: peer.port }, () => 0);
  await expect(none.read({ ...at, table: "input-register", address: 0, count: 1 })).rejects.toMatchObject({
    code: "link.refused",
  });
});
