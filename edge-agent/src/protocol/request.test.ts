import { expect, test } from "vitest";
import { REQUESTS, requestBytes } from "./request.ts";

test("the list of what may leave a serial line is closed, and holds requests for data alone", () => {
  expect(REQUESTS).toEqual({ "puritan-bennett.report": "SNDF\r" });
  expect([...requestBytes("puritan-bennett.report")]).toEqual([0x53, 0x4e, 0x44, 0x46, 0x0d]);
});
