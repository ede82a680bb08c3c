import { expect, test } from "vitest";
import { CATALOG } from "../../catalog/catalog.ts";
import defib from "../../catalog/defibrillator/defib-ready-1.profile.ts";
import { compareVersions, firmwareVerdict } from "./firmware.ts";
import { parseProfile } from "./parse-profile.ts";

test.each([...CATALOG])("%s survives the way through JSON", (_, profile) => {
  expect(parseProfile(JSON.parse(JSON.stringify(profile)))).toEqual({ ok: true, value: profile });
});

test.each([
  ["no object", 7, { path: "", reason: /must be an object/ }],
  ["another protocol", { ...defib, protocol: "hl7" }, { path: "/protocol", reason: /must be one of .*modbus/ }],
  ["an id that is none", { ...defib, id: "No Maker" }, { path: "/id", reason: /pattern/ }],
  ["a missing key", { ...defib, readiness: undefined }, { path: "/readiness", reason: /array/ }],
  ["a number where a word belongs", { ...defib, model: 7 }, { path: "/model", reason: /string/ }],
  [
    "a type of register that nobody knows",
    { ...defib, metrics: { chargeTimeS: { poll: "status", from: "input-register", address: 6, type: "bcd" } } },
    { path: "/metrics/chargeTimeS/type", reason: /./ },
  ],
  [
    "a metric that nobody knows",
    { ...defib, readiness: [], metrics: { heartRate: { poll: "status", from: "discrete-input", address: 1 } } },
    { path: "", reason: /heartRate is no metric/ },
  ],
  [
    "a request of its own",
    { ...defib, wire: { ...defib.wire, request: "06" } },
    { path: "/wire/request", reason: /no key/ },
  ],
])("%s is refused with the place and the reason", (_, value, { path, reason }) => {
  const parsed = parseProfile(value);
  expect(parsed).toMatchObject({
    ok: false,
    fault: {
      path,
      reason: expect.stringMatching(reason),
    },
  });
});

test("a profile holds for the versions between its ends, and where it cannot know, it says so", () => {
  const range = { onWire: true, from: "2.0", to: "2.10" };
  expect(["1.99", "2", "2.0", "2.9", "2.10.7", "2.11", "3"].map((version) => firmwareVerdict(range, version))).toEqual([
    "unverified",
    "verified",
    "verified",
    "verified",
    "verified",
    "unverified",
    "unverified",
  ]);
  expect(firmwareVerdict(range, undefined)).toBe("unverified");
  expect(firmwareVerdict({ ...range, onWire: false }, undefined)).toBe("not-told");
  expect(compareVersions("sw 02.51:06", "2.51")).toBe(0);
});
