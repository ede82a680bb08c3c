import { expect, test } from "vitest";
import { parseTopics } from "./live-views.ts";

test("topics are read as they are written", () => {
  expect(parseTopics("map,ward:icu-a,twin:vent-01")).toEqual({
    topics: [{ kind: "map" }, { kind: "ward", id: "icu-a" }, { kind: "twin", id: "vent-01" }],
  });
});

test("a word that is no topic is named", () => {
  expect(parseTopics("map,beds")).toEqual({ wrong: "beds" });
  expect(parseTopics("twin:")).toEqual({ wrong: "twin:" });
  expect(parseTopics("twin:a:b")).toEqual({ wrong: "twin:a:b" });
  expect(parseTopics("")).toEqual({ wrong: "" });
  expect("wrong" in parseTopics(Array.from({ length: 51 }, () => "map").join(","))).toBe(true);
});
