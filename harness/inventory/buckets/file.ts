import { randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bucket } from "../../model/ports/bucket.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";

/** Folder of unfinished objects, which are never listed. */
const DRAFTS = ".refbench-drafts";

/** A folder as a bucket: a mounted share, or a local folder of rehearsals and tests. Its parent must exist. */
export function fileBucket(folder: string): Bucket {
  const place = (key: string): string => join(folder, ...checked(key));
  const write = (key: string, bytes: Uint8Array, move: Move): Promise<void> =>
    writeThroughDraft(folder, place(key), bytes, move);

  return {
    url: pathToFileURL(folder).href,
    put: (key, bytes) => attempt("write", key, () => write(key, bytes, rename)),
    putIfAbsent: (key, bytes) =>
      attempt("write", key, () =>
        write(key, bytes, link).then(
          () => true,
          (error: unknown) => (codeOf(error) === "EEXIST" ? false : Promise.reject(error as Error)),
        ),
      ),
    get: (key) => attempt("read", key, () => readFile(place(key)).catch(ignoring("ENOENT"))),
    list: (prefix) => attempt("list", prefix, () => keysBelow(folder, prefix)),
    remove: (key) => attempt("remove", key, () => rm(place(key), { force: true })),
  };

  async function attempt<Result>(act: string, key: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (cause) {
      if (cause instanceof RefbenchError) throw cause;
      throw new RefbenchError(
        "infrastructure",
        `cannot ${act} ${key} in ${folder}: ${messageOf(cause)}; mount the share, free space or fix permissions`,
        { cause },
      );
    }
  }
}

type Move = (from: string, to: string) => Promise<void>;

/** Writes an object beside its place and moves it there, so that no reader sees half of it. */
async function writeThroughDraft(folder: string, to: string, bytes: Uint8Array, move: Move): Promise<void> {
  const from = await writeDraft(folder, bytes);
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await move(from, to);
  } finally {
    await rm(from, { force: true });
  }
}

async function writeDraft(folder: string, bytes: Uint8Array): Promise<string> {
  // Creates the folder but not its parents: nothing may be written where a share is not mounted.
  for (const path of [folder, join(folder, DRAFTS)])
    await mkdir(path, { mode: 0o700 }).catch(ignoring("EEXIST"));
  const path = join(folder, DRAFTS, randomBytes(8).toString("hex"));
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}

/** Returns the sorted keys of all objects that begin with the prefix. */
async function keysBelow(folder: string, prefix: string): Promise<readonly string[]> {
  // Reads only the folders that the prefix names: the others belong to other runs.
  const inside = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const start = join(folder, ...checked(inside));
  const found =
    (await readdir(start, { recursive: true, withFileTypes: true }).catch(ignoring("ENOENT"))) ?? [];
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length))
    .filter((key) => key.startsWith(prefix) && !key.startsWith(`${DRAFTS}/`))
    .sort();
}

function checked(key: string): readonly string[] {
  const parts = key.split("/").filter((part) => part !== "");
  if (parts.some((part) => part === "." || part === ".."))
    throw new RefbenchError(
      "infrastructure",
      `"${key}" is not a key of a bucket: expected a path without "." and ".."`,
    );
  return parts;
}

function ignoring(code: string): (error: unknown) => undefined {
  return (error) => {
    if (codeOf(error) !== code) throw error;
    return undefined;
  };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
