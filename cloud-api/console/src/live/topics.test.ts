import { expect, test } from "vitest";
import { TOPICS_MAX, type Topic, topicOf, unionOf } from "./topics.ts";

test("the union holds every topic once, in a fixed order", () => {
  expect(unionOf([["map", "twin:b"], ["twin:a", "map"], []])).toEqual(["map", "twin:a", "twin:b"]);
});

test("beyond the limit the tabs opened last are served", () => {
  const tabs = Array.from({ length: TOPICS_MAX + 10 }, (_, n): Topic[] => [`twin:t-${n}`]);
  const union = unionOf(tabs);
  expect(union).toHaveLength(TOPICS_MAX);
  expect(union).toContain(`twin:t-${TOPICS_MAX + 9}`);
  expect(union).not.toContain("twin:t-0");
});

test("an event finds its topic by its name and its object", () => {
  expect(topicOf("map", {})).toBe("map");
  expect(topicOf("ward", { ward: { id: "icu-a" } })).toBe("ward:icu-a");
  expect(topicOf("twin", { id: "vent-01" })).toBe("twin:vent-01");
});

test("an event that is none of ours has no topic", () => {
  expect(topicOf("twin", null)).toBeNull();
  expect(topicOf("twin", { id: 7 })).toBeNull();
  expect(topicOf("ward", { id: "icu-a" })).toBeNull();
  expect(topicOf("storm", { id: "x" })).toBeNull();
});
