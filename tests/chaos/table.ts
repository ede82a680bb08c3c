import type { Round } from "./case.ts";

/** The rounds of one case in one shape of the house. */
export interface Row {
  house: string;
  name: string;
  rounds: readonly Round[];
}

const HEAD = [
  "house",
  "case",
  "rounds",
  "answers",
  "readings",
  "lost",
  "twice",
  "out of order",
  "excused",
  "recovery median, s",
  "recovery max, s",
  "live data's age max, ms",
  "time error max, ms",
] as const;

/** What a long run came to, as a page of Markdown. */
export function tableOf(rows: readonly Row[], seed: number): string {
  const lines = rows
    .filter(({ rounds }) => rounds.length > 0)
    .map(({ house, name, rounds }) => {
      const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
      const recoveriesS = rounds.map(({ recoveryMs }) => recoveryMs / 1_000).sort((a, b) => a - b);
      return [
        house,
        name,
        rounds.length,
        sum(({ said }) => said),
        sum(({ readings }) => readings),
        sum(({ lost }) => lost),
        sum(({ twice }) => twice),
        sum(({ disordered }) => disordered),
        sum(({ excused }) => excused),
        (recoveriesS[Math.floor(recoveriesS.length / 2)] ?? 0).toFixed(1),
        (recoveriesS.at(-1) ?? 0).toFixed(1),
        Math.round(Math.max(...rounds.map(({ liveAgeMs }) => liveAgeMs))),
        Math.round(Math.max(...rounds.map(({ timeErrorMs }) => timeErrorMs))),
      ];
    });
  return `# Chaos: nothing lost, nothing twice

Written by \`CHAOS_ROUNDS=n ./x test --long tests/chaos/chaos.long.test.ts\`; seed ${seed}.

- house: \`one\` has the cloud in one process, as \`npm start\` has it; \`apart\` has Mosquitto, Redis, and the roles of the cloud in two processes.
- answers: what the simulated devices said in full, each looked for in the store; of duplicates, poison and crowd every reading that was sent.
- readings: what the store holds of that time, each looked at for a repeat and for its order.
- excused: answers within 0.6 s before a gateway was killed or its disk was full and until that was over, which never were on its disk. All others count.
- recovery: from the end of the fault, of what is killed from the kill, until the twin shows what the device says then. Up to 2 s of it are the poll's own. Of duplicates, poison and crowd until all is acknowledged.
- live data's age: while 72 h of backlog of one gateway are drained, from the instant when another gateway tells a reading until it is acknowledged.
- time error: stored time against true time, at worst.

| ${HEAD.join(" | ")} |
|${HEAD.map((_, column) => (column < 2 ? "---" : "--:")).join("|")}|
${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}
`;
}
