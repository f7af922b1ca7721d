import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { messageOf, RefbenchError } from "../error.ts";

/**
 * The entries of a folder. Only a folder that does not exist (ENOENT) is empty: any other failure is thrown as
 * `run_folder`, since a folder that cannot be read may hold anything.
 */
export async function listFolder(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable("list", path, error);
  }
}

/** A file's bytes, or undefined when it does not exist (ENOENT). Any other failure is thrown as `run_folder`. */
export async function findFile(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable("read", path, error);
  }
}

/** Whether an error says that a file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function unreadable(act: "list" | "read", path: string, cause: unknown): RefbenchError {
  return new RefbenchError(
    "run_folder",
    `cannot ${act} ${path}: ${messageOf(cause)}; what it holds is not known, so make it readable, then run the command again`,
    { cause },
  );
}
