import { expect, test } from "vitest";
import scanner from "../../../catalog/imaging/mri-1.profile.ts";
import { brokenLaws } from "../laws.ts";

test("no OPC UA profile reads one variable for two units, or notices a silence too late", () => {
  const laws = (change: object) => brokenLaws({ ...scanner, ...change }).join("; ");
  const wire = (change: object) => laws({ wire: { ...scanner.wire, ...change } });
  const state = (node: string) => laws({ operatingState: { ...scanner.operatingState, node } });
  expect(state("{unit}/ScannerState")).toMatch(/cannot name it/);
  expect(state("DI:ParameterSet//ScannerState")).toMatch(/has an empty step/);
  expect(wire({ occupied: "DI:Model" })).toMatch(/there or not/);
  expect(wire({ samplingMs: 1_001 })).toMatch(/less often than it tells/);
  expect(wire({ publishingMs: 5_001 })).toMatch(/stale before a silence/);
  expect(wire({ nodes: "string-id" })).toMatch(/DI:Model is the same variable for every unit/);
  expect(laws({ polls: { status: { ...scanner.polls["status"], replyMs: 5_000 } } })).toMatch(/due again before/);
  const mapping = { poll: "status", node: "DI:Model" } as const;
  const metric = (name: string, type: string) =>
    laws({ metrics: { ...scanner.metrics, [name]: { ...mapping, type } } });
  expect(metric("heliumLevelPct", "boolean")).toMatch(/heliumLevelPct cannot be read off a boolean/);
  expect(metric("heliumLevelPct", "clock")).toMatch(/cannot be read off a clock/);
  expect(metric("deviceHealth", "number")).toMatch(/cannot be read off a number/);
  expect(metric("deviceHealth", "boolean")).toMatch(/cannot be read off a boolean/);
  const scaled = { ...mapping, type: "code", scale: 2 } as const;
  expect(laws({ metrics: { ...scanner.metrics, deviceHealth: scaled } })).toMatch(/has a scale and no number/);
});
