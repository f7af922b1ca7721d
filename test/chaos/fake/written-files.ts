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

/** How often the same files are made to learn their order. */
const MAKINGS = 7;

/**
 * Returns the order in which a maker finishes its files: the most frequent one of several makings. Files within one
 * tick of the file system's clock are ordered by their inode numbers. These rise, unless the file system uses the
 * number of a deleted file again, which a single making cannot exclude.
 */
export async function orderOfMaking(make: () => Promise<string>): Promise<readonly string[]> {
  const orders = new Map<string, { readonly files: readonly string[]; readonly times: number }>();
  for (let making = 0; making < MAKINGS; making++) {
    const files = filesAsMade(await make());
    const key = files.join("\n");
    orders.set(key, { files, times: (orders.get(key)?.times ?? 0) + 1 });
  }
  const [most] = [...orders.values()].toSorted((a, b) => b.times - a.times);
  return most?.files ?? [];
}

function filesAsMade(folder: string): readonly string[] {
  return filesBelow(folder)
    .map((file) => ({ file, ...numbersOf(join(folder, file)) }))
    .sort((a, b) => Number(a.changedNs - b.changedNs) || Number(a.number - b.number))
    .map(({ file }) => file);
}

function numbersOf(path: string): { readonly changedNs: bigint; readonly number: bigint } {
  const { ctimeNs, ino } = statSync(path, { bigint: true });
  return { changedNs: ctimeNs, number: ino };
}

/** Leaves a folder as its maker would, had it been killed right after it made this file of its files in order. */
export function undoAfter(folder: string, files: readonly string[], last: string): void {
  const kept = files.indexOf(last) + 1;
  // A file that is no longer made would silently undo nothing or everything.
  if (kept === 0) throw new Error(`the maker makes no file ${last}: ${files.join(", ")}`);
  for (const file of files.slice(kept)) rmSync(join(folder, file));
}

function filesBelow(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp") && !entry.name.startsWith(".refbench-"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
