import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Size in bytes, and time of the last change in milliseconds: the same again, and the file is taken for unchanged. */
export type Stamp = readonly [size: number, mtimeMs: number];

/** Extensions of files that can be compiled. */
const FOLDERS = ["harness", "rehearsal", "reference-architectures", "stacks"];
const FILES = ["package.json", "node_modules/.package-lock.json"];

/** The stamps of every source below `root`, by their path from there. */
export function stampSources(root: string): ReadonlyMap<string, Stamp> {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  return new Map(
    [...below, ...FILES].flatMap((path) => {
      const found = statSync(join(root, path), { throwIfNoEntry: false });
      return found === undefined ? [] : [[path, [found.size, found.mtimeMs]] as const];
    }),
  );
}
