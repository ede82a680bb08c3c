import { runRound } from "./bench.ts";

const live = { name: "live", samplesPerBatch: 1, batchesPerGateway: Number(process.env["LIVE"] ?? 60) } as const;
const catchUp = {
  name: "catch-up",
  samplesPerBatch: 60,
  batchesPerGateway: Number(process.env["CATCHUP"] ?? 5),
} as const;
const say = (line: string) => process.stderr.write(`${line}\n`);
console.log(
  await runRound(
    { live, catchUp, pacedBatches: Number(process.env["PACED"] ?? 25), rawSamples: Number(process.env["RAW"] ?? 30) },
    say,
  ),
);
