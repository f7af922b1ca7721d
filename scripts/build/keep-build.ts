import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { replaceFileSync } from "../../harness/tools/files/replace-file.ts";
import type { Stamp } from "./stamp-sources.ts";

/** Name of the file by which bin/refbench.js finds the current build. */
export const CURRENT = "current.json";

/** An earlier build's files are kept this long: a run or reaper that began with it may load more of them. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** The current build. Each name is of a file in the same folder. */
export interface CurrentBuild {
  readonly main: string;
  readonly environment: string;
  readonly programs: Readonly<Record<string, string>>;
  /** Its sources, by their path from the folder of package.json. */
  readonly sources: Readonly<Record<string, Stamp>>;
  /** Every file of it. */
  readonly files: readonly string[];
}

/**
 * Writes the files of a build, and after them which build is current, each by a rename. Deletes files that belonged to
 * no build for a week.
 */
export function keepBuild(
  folder: string,
  outputs: readonly { readonly path: string; readonly contents: Uint8Array }[],
  build: Omit<CurrentBuild, "files">,
): { readonly files: number; readonly written: number } {
  mkdirSync(folder, { recursive: true });
  const files = outputs.map(({ path }) => basename(path));
  const written = outputs.filter(({ path, contents }) => keep(join(folder, basename(path)), contents));
  const now = new Date();
  // The previous build was in use until now.
  for (const name of [...previousFiles(folder), ...files])
    if (existsSync(join(folder, name))) utimesSync(join(folder, name), now, now);
  replaceFileSync(join(folder, CURRENT), JSON.stringify({ ...build, files }));
  deleteUnused(folder, new Set([...files, CURRENT]), now.getTime() - KEPT_MS);
  return { files: files.length, written: written.length };
}

/** Whether it had to be written. Half a file, as a full disk leaves it, has the right name too. */
function keep(file: string, contents: Uint8Array): boolean {
  if (existsSync(file) && readFileSync(file).equals(contents)) return false;
  replaceFileSync(file, contents);
  return true;
}

function previousFiles(folder: string): readonly string[] {
  const file = join(folder, CURRENT);
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as CurrentBuild).files;
}

function deleteUnused(folder: string, used: ReadonlySet<string>, beforeMs: number): void {
  for (const name of readdirSync(folder)) {
    if (used.has(name)) continue;
    const file = join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && found.mtimeMs < beforeMs) rmSync(file, { recursive: true, force: true });
  }
}
