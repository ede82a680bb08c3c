import { DatabaseStartError, type DatabaseStartProblem } from "../database-start-error.ts";

/** Where the start was tried, for the sentence. */
export interface StartPlace {
  readonly dataDir: string;
  readonly port?: number;
}

type Explanation = readonly [pattern: RegExp, problem: DatabaseStartProblem, says: (place: StartPlace) => string];

/** What PostgreSQL says when it gives up, and what that means to the person in front of it. First match wins. */
const EXPLANATIONS: readonly Explanation[] = [
  [
    /No space left on device|Disk quota exceeded/,
    "disk-full",
    ({ dataDir }) => `The disk that holds the data folder ${dataDir} is full; free some space and start again.`,
  ],
  [
    /Address already in use|could not create any TCP\/IP sockets/,
    "port-taken",
    ({ port }) =>
      `Port ${port} of 127.0.0.1 is taken by another program, so the database cannot listen there; stop that program or choose another port.`,
  ],
  [
    /Permission denied|wrong ownership|invalid permissions|Read-only file system|Operation not permitted/,
    "folder-unwritable",
    ({ dataDir }) =>
      `The data folder ${dataDir} cannot be used by this user; start as the user who owns it and the folders above it, or give another folder.`,
  ],
  [
    /incompatible with server/,
    "other-version",
    ({ dataDir }) =>
      `The data folder ${dataDir} was written by another build of PostgreSQL; start the version of Wardtwin that wrote it, or give another folder.`,
  ],
  [
    /unrecognized configuration parameter|invalid value for parameter|syntax error in file|configuration file .* contains errors/,
    "failed",
    ({ dataDir }) => `The settings of the database in ${dataDir}/cluster are wrong; correct what PostgreSQL names.`,
  ],
  [
    /Cannot allocate memory|could not (?:map|create|resize) .*shared memory/,
    "out-of-memory",
    () => "There is too little memory (or shared memory) for the database; free some, or set DATABASE_URL to a server.",
  ],
  [
    /PANIC|could not locate a valid checkpoint|invalid data in|could not (?:open|read) (?:file|directory)|could not access the server configuration/,
    "damaged",
    ({ dataDir }) =>
      `The database in ${dataDir} is damaged; restore the folder from a backup, or move it aside to begin with an empty one.`,
  ],
];

/** The error for a PostgreSQL program that ended before it was ready, from the last lines it wrote. */
export function explainStartFailure(
  lines: readonly string[],
  ending: string,
  place: StartPlace,
  diskIsFull = false,
): DatabaseStartError {
  const text = lines.join("\n");
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(text)) ?? (diskIsFull ? EXPLANATIONS[0] : undefined);
  const said =
    lines.find((line) => known?.[0].test(line)) ??
    lines.findLast((line) => /(?:FATAL|PANIC|ERROR):/.test(line)) ??
    lines.at(-1);
  const quoted = said ? ` PostgreSQL says: ${said.replace(/^.*?[A-Z]+: {1,2}/, "")}.` : "";
  const cause = new Error(text || ending);
  if (known) return new DatabaseStartError(known[1], known[2](place) + quoted, cause);
  return new DatabaseStartError(
    "failed",
    `The database in ${place.dataDir} did not start (${ending}); the log may say more, and a backup or another folder helps if it stays so.${quoted}`,
    cause,
  );
}
