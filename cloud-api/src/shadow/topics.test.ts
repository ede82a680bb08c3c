import fc from "fast-check";
import { expect, test } from "vitest";
import {
  parseRequest,
  parseResponse,
  REQUEST_FILTERS,
  requestTopic,
  responseTopic,
  type ShadowChannel,
  thingOfFilter,
  VERBS,
} from "./topics.ts";

const word = (max: number) => fc.stringMatching(new RegExp(`^[a-zA-Z0-9:_-]{1,${max}}$`));
const address = fc.record({ thing: word(128), shadow: fc.option(word(64), { nil: null }) });
const verb = fc.constantFrom(...VERBS);
const channel = fc.constantFrom<ShadowChannel[]>("accepted", "rejected", "delta", "documents");

/** Whether a filter of MQTT catches a topic; a wildcard never stands for a topic's first `$`. */
const catches = (filter: string, topic: string): boolean => {
  const [parts, given] = [filter.split("/"), topic.split("/")];
  return parts.length === given.length && parts.every((part, i) => part === "+" || part === given[i]);
};

test("T1: what is built is taken apart again, of classic and of named shadows", () => {
  fc.assert(
    fc.property(address, verb, (where, what) => {
      expect(parseRequest(requestTopic(where, what))).toEqual({ ...where, verb: what });
    }),
  );
  expect(requestTopic({ thing: "t", shadow: null }, "get")).toBe("$aws/things/t/shadow/get");
  expect(requestTopic({ thing: "t", shadow: "s" }, "update")).toBe("$aws/things/t/shadow/name/s/update");
});

test.for([
  "$aws/things/t/Shadow/get",
  "$AWS/things/t/shadow/get",
  "$aws/things/t/shadow/GET",
  "aws/things/t/shadow/get",
  "$aws/things//shadow/get",
  "$aws/things/t/shadow/name/s",
  "$aws/things/t/shadow/name//update",
  "$aws/things/t/shadow/update/",
  "$aws/things/t/shadow/name/s/t/update",
  "$aws/things/t/shadow/name/ü/update",
  "$aws/things/t u/shadow/update",
  `$aws/things/${"t".repeat(129)}/shadow/get`,
  `$aws/things/t/shadow/name/${"s".repeat(65)}/get`,
  "$aws/things/t/jobs/get",
  "",
])("T1: %s is no request", (topic) => {
  expect(parseRequest(topic)).toBeNull();
});

test("T2: an update has four answers, a get and a delete two", () => {
  const where = { thing: "t", shadow: "s" };
  for (const what of VERBS) {
    for (const one of ["accepted", "rejected", "delta", "documents"] as const) {
      const isOne = what === "update" || one === "accepted" || one === "rejected";
      const parsed = parseResponse(responseTopic(where, what, one));
      expect(parsed, `${what}/${one}`).toEqual(isOne ? { ...where, verb: what, channel: one } : null);
    }
  }
});

test("T3: a response is never taken for a request, nor caught by the service's subscriptions", () => {
  fc.assert(
    fc.property(address, verb, channel, (where, what, one) => {
      const response = responseTopic(where, what, one);
      expect(parseRequest(response)).toBeNull();
      expect(REQUEST_FILTERS.filter((filter) => catches(filter, response))).toEqual([]);
      expect(parseResponse(requestTopic(where, what))).toBeNull();
      expect(REQUEST_FILTERS.filter((filter) => catches(filter, requestTopic(where, what)))).toHaveLength(1);
    }),
  );
});

test("T3: a topic of any kind is a request, a response or neither, and never more than seven slashes deep", () => {
  const part = fc.constantFrom(
    "$aws",
    "things",
    "t",
    "shadow",
    "name",
    "",
    "get",
    "update",
    "accepted",
    "delta",
    "+",
    "#",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const topic = parts.join("/");
      const [request, response] = [parseRequest(topic), parseResponse(topic)];
      expect(request !== null && response !== null).toBe(false);
      if (request !== null) expect(requestTopic(request, request.verb)).toBe(topic);
      if (request !== null || response !== null) expect(topic.split("/").length - 1).toBeLessThanOrEqual(7);
    }),
  );
});

test("T4: a subscription of a thing's own names the thing, whatever stands behind the word shadow", () => {
  for (const rest of ["get/+", "update/accepted", "name/s/update/delta", "name/+/delete/+", "#", "name/#"]) {
    expect(thingOfFilter(`$aws/things/t/shadow/${rest}`), rest).toBe("t");
  }
  for (const filter of [
    "$aws/things/+/shadow/get/accepted",
    "$aws/things/#",
    "$aws/#",
    "#",
    "$aws/things/t/shadow",
    "$aws/things/t/shadow/#/get",
    "$aws/things/t/shadow/a+/get",
    "$aws/things/t/shadow//get",
    "$aws/things/t/shadow/name/s/update/delta/more",
    "$share/g/$aws/things/t/shadow/get/+",
    "$aws/things/t/jobs/get",
  ]) {
    expect(thingOfFilter(filter), filter).toBeNull();
  }
});
