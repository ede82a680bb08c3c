import fc from "fast-check";
import { expect, test } from "vitest";
import { COMMAND, DATA_COMMANDS } from "./command.ts";
import { KEEP_ALIVE_MS, QUIET_MAX_MS, Session } from "./session.ts";

const answer = (code: number) => ({ kind: "answer", code, data: "" });
const say = (code: number) => ({ kind: "say", code });

function opened(): Session {
  const session = new Session();
  session.hearCommand(COMMAND.initialise, "", 0);
  return session;
}

test("without a session nothing but ICC is answered, and ICC is with a question for the host's name", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0x20, max: 0x7f }), { maxLength: 20 }), (codes) => {
      const session = new Session();
      for (const code of codes.filter((one) => one !== COMMAND.initialise)) {
        expect(session.hearCommand(code, "", 0)).toEqual([]);
        expect(session.hearResponse(code, 0)).toEqual([]);
      }
      expect([session.open, session.pass(1e6)]).toEqual([false, []]);
      expect(session.hearCommand(COMMAND.initialise, "", 0)).toEqual([
        answer(COMMAND.initialise),
        say(COMMAND.identify),
      ]);
      expect(session.open).toBe(true);
    }),
  );
});

test("in a session every command is answered, known or not, until it is stopped", () => {
  const session = opened();
  for (const code of [...DATA_COMMANDS, COMMAND.keepAlive, 0x4a, 0x6c, 0x7e]) {
    expect(session.hearCommand(code, "", 1)).toEqual([answer(code)]);
  }
  expect(session.hearCommand(COMMAND.stop, "", 2)).toEqual([answer(COMMAND.stop)]);
  expect([session.open, session.hearCommand(COMMAND.measured1, "", 3)]).toEqual([false, []]);
});

test("after three seconds without a whole frame the host is gone, and another is called for, once", () => {
  const session = opened();
  session.hearCommand(COMMAND.keepAlive, "", 1000);
  session.left(1000 + QUIET_MAX_MS);
  expect(session.pass(1000 + QUIET_MAX_MS)).toEqual([]);
  expect(session.pass(1001 + QUIET_MAX_MS)).toEqual([say(COMMAND.initialise)]);
  expect([session.open, session.pass(1e6)]).toEqual([false, []]);
  expect(session.hearResponse(COMMAND.initialise, 1e6)).toEqual([say(COMMAND.identify)]);
  expect(session.open).toBe(true);
});

test("a host that answers nothing of what the device says is gone, however much it asks", () => {
  const session = opened();
  session.left(10, COMMAND.keepAlive);
  for (let nowMs = 500; nowMs <= 3000; nowMs += 500) {
    session.hearCommand(COMMAND.measured1, "", nowMs);
    session.left(nowMs, COMMAND.keepAlive);
    expect(session.pass(nowMs)).toEqual([]);
  }
  expect(session.pass(3011)).toEqual([say(COMMAND.initialise)]);
  const answered = opened();
  answered.left(10, COMMAND.identify);
  answered.hearResponse(COMMAND.identify, 20);
  answered.hearCommand(COMMAND.measured1, "", 3011);
  answered.left(3011);
  expect(answered.pass(3012)).toEqual([]);
});

test("a device that had nothing to say says that it is there", () => {
  const session = opened();
  session.left(100);
  expect(session.pass(99 + KEEP_ALIVE_MS)).toEqual([]);
  expect(session.pass(100 + KEEP_ALIVE_MS)).toEqual([say(COMMAND.keepAlive)]);
  expect(session.pass(101 + KEEP_ALIVE_MS)).toEqual([]);
});
