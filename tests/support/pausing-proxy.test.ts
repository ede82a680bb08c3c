/** The link that the chaos suite breaks, broken between an echo and its caller. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { type PausingProxy, startPausingProxy } from "./pausing-proxy.ts";
import { portOf } from "./ports.ts";

let echo: Server;
let proxy: PausingProxy;
/** What arrived at the far side. */
let heard = "";
const callers: Caller[] = [];

interface Caller {
  socket: Socket;
  answer: string;
  /** The code of the error that ended it; "end" where it was ended without one. */
  ended: Promise<string>;
}

beforeEach(async () => {
  heard = "";
  echo = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      heard += String(bytes);
      socket.write(bytes);
    });
  });
  const port = await portOf(echo);
  proxy = await startPausingProxy(() => port);
});
afterEach(async () => {
  for (const { socket } of callers.splice(0)) socket.destroy();
  await proxy.close();
  echo.close();
});

async function call(): Promise<Caller> {
  const socket = connect(proxy.port, "127.0.0.1");
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const caller: Caller = { socket, answer: "", ended };
  callers.push(caller);
  socket.on("data", (bytes) => {
    caller.answer += String(bytes);
  });
  socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
  socket.once("close", () => resolve("end"));
  // Whoever is reset at once may hear of it before hearing that it was connected.
  await Promise.race([once(socket, "connect").catch(() => undefined), ended]);
  return caller;
}

const answered = (caller: Caller, text: string) => eventually(`"${text}"`, () => caller.answer === text);

test("what is said passes both ways, and an end is passed on", async () => {
  const caller = await call();
  caller.socket.write("one");
  await answered(caller, "one");
  expect(proxy.open()).toBe(1);
  caller.socket.end("two");
  expect(await caller.ended).toBe("end");
  expect(caller.answer).toBe("onetwo");
  await eventually("nothing to be open", () => proxy.open() === 0);
});

test("a cut link resets whoever is on it and whoever comes, until it is mended", async () => {
  const caller = await call();
  caller.socket.write("one");
  await answered(caller, "one");
  proxy.cut();
  expect(await caller.ended).toBe("ECONNRESET");
  expect(await (await call()).ended).toBe("ECONNRESET");
  proxy.mend();
  const next = await call();
  next.socket.write("two");
  await answered(next, "two");
  expect(heard).toBe("onetwo");
});

test("a link is cut once so many bytes have gone up", async () => {
  const caller = await call();
  const cut = proxy.cutAfter(6);
  caller.socket.write("one");
  await answered(caller, "one");
  caller.socket.write("two");
  await cut;
  expect(await caller.ended).toBe("ECONNRESET");
});

test("on a paused link connections stay and are made, nothing passes, and all of it passes later", async () => {
  const caller = await call();
  caller.socket.write("one");
  await answered(caller, "one");
  proxy.pause();
  caller.socket.write("two");
  const late = await call();
  late.socket.write("three");
  // A second link to the same echo tells when time enough has passed for the paused one to have answered.
  const other = await startPausingProxy(() => portNow(echo));
  const witness = connect(other.port, "127.0.0.1");
  witness.write("witness");
  await once(witness, "data");
  witness.destroy();
  await other.close();
  expect([caller.answer, late.answer, heard]).toEqual(["one", "", "onewitness"]);
  proxy.mend();
  await answered(caller, "onetwo");
  await answered(late, "three");
});

test("what is dropped on its way back has arrived and is not answered, and the torn connection is reset when the link is mended", async () => {
  const caller = await call();
  caller.socket.write("one");
  await answered(caller, "one");
  proxy.drop("down");
  caller.socket.write("two");
  await eventually("the far side to hear it", () => heard === "onetwo");
  await eventually("the answer to be swallowed", () => proxy.dropped() === 3);
  proxy.mend();
  expect(await caller.ended).toBe("ECONNRESET");
  expect(caller.answer).toBe("one");
});

test("what is dropped on its way up never arrives", async () => {
  const caller = await call();
  caller.socket.write("one");
  await answered(caller, "one");
  proxy.drop("up");
  caller.socket.write("two");
  await eventually("it to be swallowed", () => proxy.dropped() === 3);
  proxy.mend();
  expect(await caller.ended).toBe("ECONNRESET");
  expect(heard).toBe("one");
});

function portNow(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server without a port");
  return address.port;
}
