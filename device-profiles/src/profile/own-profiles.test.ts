import { expect, test } from "vitest";
import { CATALOG } from "../../catalog/catalog.ts";
import defib from "../../catalog/defibrillator/defib-ready-1.profile.ts";
import { withOwnProfiles } from "./own-profiles.ts";

const own = { ...defib, id: "st-mary/dock-1" };
const file = (value: unknown, name = "dock.json") => ({ name, text: JSON.stringify(value) });

test("a hospital's own profile stands beside those that are shipped, and takes none of them away", () => {
  const all = withOwnProfiles(CATALOG, [file(own)]);
  if (!all.ok) throw new Error(all.fault);
  expect([...all.value.keys()]).toEqual([...CATALOG.keys(), "st-mary/dock-1"]);
  expect(all.value.get("st-mary/dock-1")).toEqual(own);
  expect(CATALOG.has("st-mary/dock-1")).toBe(false);
});

test.each([
  ["an id that is shipped", [file(defib)], /^dock\.json at \/id: "wardtwin-synthetic\/defib-ready-1" is .* shipped/],
  [
    "an id twice",
    [file(own, "a.json"), file(own, "b.json")],
    /^b\.json at \/id: "st-mary\/dock-1" is taken by a\.json/,
  ],
  ["no JSON", [{ name: "dock.json", text: "{" }], /^dock\.json: is not JSON$/],
  ["another kind", [file({ ...own, kind: "toaster" })], /^dock\.json at \/kind: /],
  ["a broken law", [file({ ...own, statePoll: "never" })], /^dock\.json: statePoll names the unknown poll never$/],
  ["a sound file beside a broken one", [file(own, "a.json"), file(7, "b.json")], /^b\.json: must be an object$/],
  ["a file without end", [{ name: "dock.json", text: " ".repeat(1_000_001) }], /^dock\.json: is longer than/],
])("%s is refused in one sentence with file, place and reason", (_, files, sentence) => {
  expect(withOwnProfiles(CATALOG, files)).toEqual({ ok: false, fault: expect.stringMatching(sentence) });
});
