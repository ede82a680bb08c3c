import { cpus } from "node:os";
import { median } from "../stand.ts";
import { type Case, runCase } from "./bench.ts";

/** A round in which the agent did less than was asked says nothing of what the work costs: it is told and not counted. */
const WHOLE_SHARE = 0.95;

export async function modbusTable(short: boolean): Promise<string> {
  const length = short ? { rounds: 1, measureMs: 15_000 } : { rounds: 3, measureMs: 60_000 };
  const cases: Case[] = [
    { name: "100,000 values/s", load: { lines: 40, unitsPerLine: 25, values: 100 }, changingPct: 50, ...length },
    { name: "10,000 values/s", load: { lines: 4, unitsPerLine: 25, values: 100 }, changingPct: 50, ...length },
  ];
  const rows: string[] = [];
  for (const one of cases) {
    const { pollsPerS, valuesPerS, changingPct, results: all } = await runCase(one);
    const results = all.filter(({ kept }) => kept.pollsPerS >= pollsPerS * WHOLE_SHARE);
    if (results.length === 0) throw new Error(`in no round of "${one.name}" did the agent make ${pollsPerS} polls/s`);
    const agent = median(results.map((round) => round.agent.cores));
    const bare = median(results.map((round) => round.bare.cores));
    const ratio = median(results.map((round) => round.agent.cores / round.bare.cores));
    const made = median(results.map((round) => round.kept.pollsPerS));
    const rssMb = Math.max(...results.map((round) => round.agent.rssMb));
    rows.push(
      `| ${valuesPerS.toLocaleString("en")} | ${pollsPerS} | ${made.toFixed(0)} | ${results.length} of ${all.length} | ${changingPct} % | ${agent.toFixed(3)} | ${bare.toFixed(3)} | ${ratio.toFixed(2)} | ${rssMb.toFixed(0)} |`,
    );
  }
  return [
    "# Agent against a bare Modbus loop",
    "",
    `\`npm run bench -- modbus${short ? " --short" : ""}\`, ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.version}. Server libmodbus, registers in random walk from seed 20261124; ${length.rounds} rounds of ${length.measureMs / 1_000} s after 15 s of warm-up, agent and bare loop in turn; medians of the rounds in which the agent made at least ${WHOLE_SHARE * 100} % of the polls (counted in its outbox, start-up included), memory the largest seen. The agent writes all to its outbox on disk (synchronous = FULL); its broker refuses it.`,
    "",
    "| values/s | polls/s asked | made | whole rounds | changing | agent, cores | bare loop, cores | ratio | agent RSS, MB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
