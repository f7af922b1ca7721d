import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefbenchError } from "../error.ts";

/**
 * This user's own folder among the temporary files, made where it is missing. Throws `usage` where somebody else
 * could write what is read from it.
 */
export function privateFolder(parent = tmpdir()): string {
  const own = process.getuid?.();
  const folder = join(parent, `refbench-${own ?? "user"}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && (own === undefined || (found.uid === own && (found.mode & 0o077) === 0)))
    return folder;
  throw new RefbenchError(
    "usage",
    `${folder} belongs to another user or can be written by one: expected a folder that only you may enter; remove it, or set TMPDIR to a folder of your own`,
  );
}
