import { readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** By path in a folder: what changes with every write of a file. */
export type Stamps = ReadonlyMap<string, string>;

/** Returns the stamp of a file, or undefined if it does not exist. */
export function stampOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

/** Returns the stamps of all files below a folder; empty if the folder does not exist. */
export function stampsOf(folder: string): Stamps {
  return new Map(filesBelow(folder).map((file) => [file, stampOf(join(folder, file)) ?? ""]));
}

/** Files below a folder that were written since the stamps were taken. */
export function writtenSince(before: Stamps, folder: string): readonly string[] {
  return [...stampsOf(folder)].filter(([file, stamp]) => before.get(file) !== stamp).map(([file]) => file);
}

/**
 * Returns the files below a folder, in the order in which they were finished. Two files within one tick of the file
 * system's clock are ordered by their inode numbers, which rise.
 */
export function filesAsMade(folder: string): readonly string[] {
  return filesBelow(folder)
    .map((file) => ({ file, ...numbersOf(join(folder, file)) }))
    .sort((a, b) => Number(a.changedNs - b.changedNs) || Number(a.number - b.number))
    .map(({ file }) => file);
}

function numbersOf(path: string): { readonly changedNs: bigint; readonly number: bigint } {
  const { ctimeNs, ino } = statSync(path, { bigint: true });
  return { changedNs: ctimeNs, number: ino };
}

/** Leaves a folder as its maker would, had it been killed right after it made this file. */
export function undoAfter(folder: string, last: string): void {
  const files = filesAsMade(folder);
  const kept = files.indexOf(last) + 1;
  // A file that is not made any more would silently undo nothing or everything.
  if (kept === 0) throw new Error(`no file ${last} in ${folder}`);
  for (const file of files.slice(kept)) rmSync(join(folder, file));
}

function filesBelow(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp") && !entry.name.startsWith(".refbench-"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
