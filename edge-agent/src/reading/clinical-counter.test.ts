import asena from "@wardtwin/device-profiles/catalog/infusion-pump/alaris-asena-gh";
import type { ClinicalAlarms } from "@wardtwin/device-profiles/codec/decoded";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClinicalTally, settled, tallied } from "./clinical-counter.ts";
import type { Outcome, ReadFault } from "./device.ts";

const HOUR = 3_600_000;
const device = { line: "pump", unit: "1", profile: asena };
const silence: Outcome["result"] = fail<ReadFault>("link.timeout");
const vacant: Outcome["result"] = fail<ReadFault>("codec.vacant");
const quiet: Outcome["result"] = ok({ identity: {}, operatingState: "in-use", readings: [] });

/** An answer with these alarms active, counted as a whole and the occlusions among them once more. */
function alarmed(...active: string[]): Outcome["result"] {
  const clinical: ClinicalAlarms[] = [
    { metric: "clinicalAlarmsPerH", active },
    { metric: "occlusionAlarmsPerH", active: active.filter((code) => code === "AL_OCCLU") },
  ];
  return ok({ identity: {}, operatingState: "in-use", readings: [], clinical });
}

type Step = [atMs: number, result: Outcome["result"], who?: string];
/** What is told at each step, as "metric value" with the time in hours. */
function told(...steps: Step[]): string[] {
  let tally: ClinicalTally | null = null;
  return steps.flatMap(([atMonoMs, result, who = "A"]) => {
    tally = tallied(tally, { device, poll: "status", atMonoMs, result }, who);
    const due = tally?.due ?? [];
    if (tally !== null) tally = settled(tally);
    return due.map(({ metric, value, quality }) => {
      const name = metric === "clinicalAlarmsPerH" ? "all" : "occlusion";
      return `${atMonoMs / HOUR}h ${name} ${value === null ? quality : value}`;
    });
  });
}

test("what began in a full hour is told when the hour is over, and never before", () => {
  const steps: Step[] = [
    [0, alarmed()],
    [0.2 * HOUR, alarmed("AL_OCCLU")],
    [0.3 * HOUR, alarmed("AL_OCCLU", "AL_NEOIN")],
    [0.4 * HOUR, alarmed()],
    [0.5 * HOUR, alarmed("AL_OCCLU")],
    [HOUR - 1, alarmed()],
  ];
  expect(told(...steps)).toEqual([]);
  expect(told(...steps, [HOUR, alarmed()])).toEqual(["1h all 3", "1h occlusion 2"]);
  expect(told(...steps, [HOUR, alarmed()], [1.5 * HOUR, alarmed("AL_NEOIN")], [2 * HOUR, alarmed()])).toEqual([
    "1h all 3",
    "1h occlusion 2",
    "2h all 1",
    "2h occlusion 0",
  ]);
});

test("what was active when the device was first heard began before", () => {
  expect(told([0, alarmed("AL_OCCLU")], [10, alarmed("AL_OCCLU")], [HOUR, alarmed("AL_OCCLU")])).toEqual([
    "1h all 0",
    "1h occlusion 0",
  ]);
});

test("an alarm that lasts over the hour began once", () => {
  const lasting: Step[] = [
    [0, alarmed()],
    [0.9 * HOUR, alarmed("AL_OCCLU")],
    [1.1 * HOUR, alarmed("AL_OCCLU")],
    [2 * HOUR, alarmed("AL_OCCLU")],
  ];
  expect(told(...lasting)).toEqual(["1.1h all 1", "1.1h occlusion 1", "2h all 0", "2h occlusion 0"]);
});

test("a silence is bridged: the alarm before it is the one after it, and a silent hour has no count", () => {
  const before: Step[] = [
    [0, alarmed()],
    [0.5 * HOUR, alarmed("AL_OCCLU")],
    [0.6 * HOUR, silence],
  ];
  expect(told(...before, [1.2 * HOUR, alarmed("AL_OCCLU")], [2 * HOUR, alarmed()])).toEqual([
    "1.2h all 1",
    "1.2h occlusion 1",
    "2h all 0",
    "2h occlusion 0",
  ]);
  // Asked in vain, the silent hour is told as it ends; not even asked, it is told when the device is back.
  expect(told(...before, [1.2 * HOUR, silence], [2.1 * HOUR, silence])).toEqual([
    "1.2h all 1",
    "1.2h occlusion 1",
    "2.1h all unreachable",
    "2.1h occlusion unreachable",
  ]);
  expect(told(...before, [5.5 * HOUR, alarmed("AL_OCCLU")], [6 * HOUR, alarmed()])).toEqual([
    "5.5h all unreachable",
    "5.5h occlusion unreachable",
    "6h all 0",
    "6h occlusion 0",
  ]);
});

test("an hour in which the device answers and says nothing of alarms has no count, and is no silence", () => {
  expect(told([0, alarmed()], [HOUR, alarmed()], [1.5 * HOUR, quiet], [2 * HOUR, quiet], [3 * HOUR, quiet])).toEqual([
    "1h all 0",
    "1h occlusion 0",
    "2h all 0",
    "2h occlusion 0",
    "3h all good",
    "3h occlusion good",
  ]);
});

test("what is first told of in the middle of an hour is told of from the next one on", () => {
  const onlyAll = (...active: string[]): Outcome["result"] =>
    ok({
      identity: {},
      operatingState: null,
      readings: [],
      clinical: [{ metric: "clinicalAlarmsPerH", active }],
    });
  expect(told([0, onlyAll()], [0.5 * HOUR, alarmed("AL_OCCLU")], [HOUR, alarmed()], [2 * HOUR, alarmed()])).toEqual([
    "1h all 1",
    "2h all 0",
    "2h occlusion 0",
  ]);
});

test("another device on the place begins anew, and so does one that left it", () => {
  const first: Step = [0, alarmed()];
  const late: Step = [0.9 * HOUR, alarmed("AL_OCCLU")];
  expect(told(first, late, [0.95 * HOUR, alarmed("AL_NEOIN"), "B"], [1.5 * HOUR, alarmed(), "B"])).toEqual([]);
  expect(told(first, late, [0.95 * HOUR, alarmed("AL_NEOIN"), "B"], [1.96 * HOUR, alarmed("AL_OCCLU"), "B"])).toEqual([
    "1.96h all 0",
    "1.96h occlusion 0",
  ]);
  expect(told(first, late, [0.95 * HOUR, vacant], [HOUR, alarmed()], [1.9 * HOUR, alarmed()])).toEqual([]);
});

test("an alarm that nobody has named is counted for nobody", () => {
  expect(told([0, alarmed()], [0.5 * HOUR, alarmed("AL_OCCLU"), ""], [HOUR, alarmed()])).toEqual([
    "1h all 0",
    "1h occlusion 0",
  ]);
});

test("a frame with alarms without end keeps no more than a few hundred", () => {
  const flood = alarmed(...Array.from({ length: 10_000 }, (_, index) => `AL_${index}`));
  expect(told([0, alarmed()], [10, flood], [HOUR, alarmed()])).toEqual(["1h all 256", "1h occlusion 0"]);
});

test("over any polls, the hours told are those that were full, and each count is what began in its hour", () => {
  const codes = fc.uniqueArray(fc.constantFrom("a", "b", "AL_OCCLU"), { maxLength: 3 });
  const polls = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 1_200_000 }), codes, heard: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(polls, fc.integer({ min: 0, max: 10 * HOUR }), (row, startMs) => {
      let atMs = startMs;
      const steps: Step[] = [[startMs, alarmed()]];
      // By the definition: a list of what began, with its hour, and the hours in which anything was heard.
      const began: number[] = [];
      const heardIn = new Set([0]);
      let active: readonly string[] = [];
      for (const poll of row) {
        atMs += poll.afterMs;
        steps.push([atMs, poll.heard ? alarmed(...poll.codes) : silence]);
        if (!poll.heard) continue;
        const hour = Math.floor((atMs - startMs) / HOUR);
        heardIn.add(hour);
        for (const code of poll.codes) if (!active.includes(code)) began.push(hour);
        active = poll.codes;
      }
      // No pause is as long as an hour, so that each full hour is told at the first poll after it.
      const fullHours = Math.floor((atMs - startMs) / HOUR);
      const expected = Array.from({ length: fullHours }, (_, hour) =>
        heardIn.has(hour) ? String(began.filter((each) => each === hour).length) : "unreachable",
      );
      const all = told(...steps).filter((line) => line.includes(" all "));
      expect(all.map((line) => line.split(" all ")[1])).toEqual(expected);
    }),
  );
});
