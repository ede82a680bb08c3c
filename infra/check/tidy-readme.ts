import { dirname, posix } from "node:path";
import { isCode, type SourceFile } from "./source.ts";
import type { TreeRule } from "./tidy-rule.ts";

const DEPTH_MAX = 2;

/** Each package opens with a README, which names its folders (or they have one of their own). */
export const readmes: TreeRule = {
  name: "folder-is-explained",
  judge: (files) => {
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    const rooms = files.filter(({ path }) => /.\/package\.json$/.test(path)).map(({ path }) => dirname(path));
    return rooms.flatMap((room) => {
      if (room === "infra/toolchain") return [];
      const text = texts.get(`${room}/README.md`);
      if (text === undefined) return [{ where: room, what: "the package has no README.md" }];
      return foldersOf(room, rooms, files)
        .filter((folder) => !texts.has(`${room}/${folder}/README.md`) && !names(text, folder))
        .map((folder) => ({
          where: `${room}/${folder}`,
          what: `has no README.md, and ${room}/README.md does not name it`,
        }));
    });
  },
};

/** The folders of a room down to the second level that hold code; `src` itself needs no word. */
function foldersOf(room: string, rooms: readonly string[], files: readonly SourceFile[]): string[] {
  const inner = rooms.filter((other) => other.startsWith(`${room}/`));
  const found = files
    .filter(
      ({ path }) => path.startsWith(`${room}/`) && isCode(path) && !inner.some((other) => path.startsWith(`${other}/`)),
    )
    .flatMap(({ path }) => {
      const parts = posix.relative(room, dirname(path)).split("/");
      return parts.slice(0, DEPTH_MAX).map((_, i) => parts.slice(0, i + 1).join("/"));
    });
  return [...new Set(found)].filter((folder) => folder !== "" && folder !== "src").sort();
}

/** A README names a folder by its path, by its last name with a slash, or by its kind (`catalog/<kind>`). */
const names = (text: string, folder: string): boolean =>
  text.includes(folder) || text.includes(`${posix.basename(folder)}/`) || text.includes(`${posix.dirname(folder)}/<`);
