/** Tidy rules that need no grammar: names, lengths, and words that do not belong in the tree. */
import { isCode, isData, isGenerated, isLockfile, type SourceFile } from "./source.ts";
import { matches, type TreeRule } from "./tidy-rule.ts";

const FILE_LINES_MAX = 400;

/** A rule that finds a pattern in some files. Patterns are put together from parts, so that this file is not found. */
const banned = (name: string, parts: string[], applies: (path: string) => boolean, flags = ""): TreeRule => ({
  name,
  judge: (files) =>
    files.filter(({ path }) => applies(path)).flatMap((file) => matches(file, new RegExp(parts.join(""), flags))),
});

const fileLength: TreeRule = {
  name: "file-length",
  judge: (files) =>
    files
      .filter(({ path }) => isCode(path) && !/(^|\/)catalog\//.test(path))
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0) }))
      .filter(({ lines }) => lines > FILE_LINES_MAX)
      .map(({ path, lines }) => ({ where: path, what: `${lines} lines; ${FILE_LINES_MAX} at most` })),
};

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** Pages that everyone looks for under these names. */
const PAGE = /^([A-Z]+(-[A-Z]+)*\.md|LICENSE|NOTICE)$/;

const kebabCase: TreeRule = {
  name: "kebab-case",
  judge: (files) => files.filter(isMisnamed).map(({ path }) => ({ where: path, what: "names are in kebab-case" })),
};

/** Migrations are named by Prisma: a time, an underscore, a title. */
const isMisnamed = ({ path }: SourceFile): boolean =>
  !isGenerated(path) &&
  !path.startsWith("prisma/migrations/") &&
  !path.split("/").every((part) => KEBAB.test(part) || PAGE.test(part));

const isProse = (path: string): boolean => !isLockfile(path) && !isData(path) && !isGenerated(path);
const always = (): boolean => true;

/** Whose mirror a checkout was installed from is that machine's business: the registry is a setting of npm's. */
const REGISTRY = [
  "https?://[^/\\s\"']*(regis",
  "try|artifac",
  "tory|nex",
  "us|verdac",
  "cio|npmmir",
  "ror)|\\bregis",
  "try *= *http",
];

export const TEXT_RULES: readonly TreeRule[] = [
  fileLength,
  kebabCase,
  banned("no-leftover", ["\\b(TO", "DO|FIX", "ME|HA", "CK|XX", "X)\\b"], isProse),
  banned("no-placeholder", ["\\[G", "K\\]"], always),
  banned(
    "no-machine-path",
    ["(?<![\\w.$}*-])(/(home|Users)/[a-z]|/ro", "ot/[\\w.]|/wo", "rk/(main|shared|[a-z]+/)|[A-Z]:\\\\Users\\\\)"],
    always,
  ),
  banned("no-registry-host", REGISTRY, always, "i"),
  banned("no-lockfile-address", ['"resol', 'ved": "|tarball: *http'], isLockfile),
];
