import fc from "fast-check";
import { expect, test } from "vitest";
import { ServiceLog } from "./service-log.ts";

const request = (name: string, asked: object = {}) => ({
  schema: { name },
  requestHeader: { authenticationToken: "b=secret" },
  ...asked,
});

test("whatever is asked is counted, and what is no reading is refused in words that hold no session token", () => {
  const log = new ServiceLog();
  for (const name of ["ReadRequest", "ReadRequest", "PublishRequest"]) log.record(1, request(name));
  expect(log.refused()).toEqual({ controlCount: 0, brokenCount: 0, latest: [] });
  log.record(2, request("WriteRequest", { nodesToWrite: [{ nodeId: "ns=2;s=Slot1.InfusionRate" }] }));
  log.record(3, request("AddNodesRequest"));
  expect(log.counts()).toEqual({ ReadRequest: 2, PublishRequest: 1, WriteRequest: 1, AddNodesRequest: 1 });
  const { controlCount, latest } = log.refused();
  expect(controlCount).toBe(2);
  expect(latest.map(({ text }) => text)).toEqual([
    'WriteRequest {"nodesToWrite":[{"nodeId":"ns=2;s=Slot1.InfusionRate"}]}',
    "AddNodesRequest {}",
  ]);
});

test("however much is asked, what is kept stays small", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2000 }), { maxLength: 60 }), (values) => {
      const log = new ServiceLog();
      for (const value of values) log.record(0, request("WriteRequest", { value }));
      const { controlCount, latest } = log.refused();
      expect(controlCount).toBe(values.length);
      expect(latest.length).toBe(Math.min(values.length, 20));
      for (const { text } of latest) expect(text.length).toBeLessThanOrEqual(500);
    }),
  );
});
