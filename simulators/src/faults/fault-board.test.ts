import { expect, test } from "vitest";
import { CALM, FaultBoard } from "./fault-board.ts";

test("a patch changes what it names and leaves the rest", () => {
  const board = new FaultBoard("serial");
  expect(board.state).toEqual(CALM);
  expect(board.merge({ silent: true, baudRate: 1200 })).toBeNull();
  expect(board.merge({ silent: false })).toBeNull();
  expect(board.state).toEqual({ ...CALM, baudRate: 1200 });
});

test("what a wire does not know, or of the wrong type, is refused in a sentence and changes nothing", () => {
  const board = new FaultBoard("opc-ua");
  expect(board.merge({ plugged: false, baudRate: 1200 })).toBe(
    "A opc-ua line has no fault baudRate; known: plugged, silent.",
  );
  expect(board.merge({ plugged: "no" })).toBe("The fault plugged must be boolean.");
  expect(board.merge(null)).toContain("Send an object");
  expect(new FaultBoard("modbus").merge({ replyDelayMs: 60_001 })).toContain("The fault replyDelayMs must be");
  expect(board.state).toEqual(CALM);
});
