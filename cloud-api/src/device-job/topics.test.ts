import fc from "fast-check";
import { expect, test } from "vitest";
import {
  JOB_REQUEST_FILTERS,
  type JobTopic,
  jobAnswerTopic,
  jobRequestTopic,
  notifyTopic,
  parseJobRequest,
  thingOfJobAnswer,
  thingOfJobFilter,
} from "./topics.ts";

const word = (max: number) => fc.stringMatching(new RegExp(`^[a-zA-Z0-9_-]{1,${max}}$`));
const request: fc.Arbitrary<JobTopic> = fc.oneof(
  fc.record({ thing: word(128), verb: fc.constantFrom("get-pending" as const, "start-next" as const) }),
  fc.record({
    thing: word(128),
    verb: fc.constantFrom("describe" as const, "update" as const),
    jobId: fc.oneof(word(64), fc.constant("$next"), fc.constantFrom("get", "update", "start-next", "notify")),
  }),
);

/** Whether a filter of MQTT catches a topic. */
const catches = (filter: string, topic: string): boolean => {
  const [parts, given] = [filter.split("/"), topic.split("/")];
  return parts.length === given.length && parts.every((part, i) => part === "+" || part === given[i]);
};

test("what is built is taken apart again, and one subscription of the service catches it", () => {
  fc.assert(
    fc.property(request, (told) => {
      const topic = jobRequestTopic(told);
      expect(parseJobRequest(topic)).toEqual(told);
      expect(JOB_REQUEST_FILTERS.filter((filter) => catches(filter, topic))).toHaveLength(1);
      expect(thingOfJobAnswer(topic)).toBeNull();
      expect(topic.split("/").length - 1).toBeLessThanOrEqual(7);
    }),
  );
});

test("J14: an answer and a notification belong to their thing, and are never taken for a request", () => {
  fc.assert(
    fc.property(request, fc.constantFrom("accepted" as const, "rejected" as const), (told, channel) => {
      for (const topic of [jobAnswerTopic(told, channel), notifyTopic(told.thing, "notify-next")]) {
        expect(parseJobRequest(topic)).toBeNull();
        expect(thingOfJobAnswer(topic)).toBe(told.thing);
        expect(thingOfJobFilter(topic)).toBe(told.thing);
        expect(JOB_REQUEST_FILTERS.filter((filter) => catches(filter, topic))).toEqual([]);
      }
    }),
  );
});

test.for([
  "$aws/things/t/Jobs/get",
  "$aws/things//jobs/get",
  "$aws/things/t/jobs",
  "$aws/things/t/jobs/notify",
  "$aws/things/t/jobs//get",
  "$aws/things/t/jobs/a/b/get",
  "$aws/things/t/jobs/a/start-next",
  "$aws/things/t u/jobs/get",
  "$aws/things/t/shadow/get",
  "",
])("%s is no request", (topic) => {
  expect(parseJobRequest(topic)).toBeNull();
});

test("a subscription of a thing's own names the thing, whatever stands behind the word jobs", () => {
  for (const rest of ["get/+", "+/get/accepted", "$next/get/+", "notify", "notify-next", "#", "a/update/#"])
    expect(thingOfJobFilter(`$aws/things/t/jobs/${rest}`), rest).toBe("t");
  for (const filter of [
    "$aws/things/+/jobs/get/accepted",
    "$aws/things/t/jobs",
    "$aws/things/t/jobs/#/get",
    "$aws/things/t/jobs/a+/get",
    "$aws/things/t/jobs//get",
    "$aws/things/t/jobs/a/get/accepted/b/c",
    "$share/g/$aws/things/t/jobs/get/+",
    "$aws/things/t/shadow/get/+",
    "#",
  ])
    expect(thingOfJobFilter(filter), filter).toBeNull();
});
