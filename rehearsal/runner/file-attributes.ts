import { lstat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { Stats } from "node:fs";
import { resolve } from "node:path";
import type { Attributes, FileEntry } from "ssh2";

/** Attributes of a name when a client did not ask for attributes. */
export const NOTHING: Attributes = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

/** A client that does not choose a mode does not send the field. */
export function modeOf(mode: number | undefined, otherwise: number): number {
  return mode === undefined ? otherwise : mode & 0o777;
}

/** A file's attributes, times in seconds. */
export function attributesOf({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes {
  const seconds = (ms: number): number => Math.floor(ms / 1_000);
  return { mode, uid, gid, size, atime: seconds(atimeMs), mtime: seconds(mtimeMs) };
}

/** A folder's entry. */
export async function entryOf(folder: string, name: string): Promise<FileEntry> {
  const attrs = await lstat(resolve(folder, name));
  return {
    filename: name,
    longname: `${attrs.isDirectory() ? "d" : "-"} ${attrs.size} ${name}`,
    attrs: attributesOf(attrs),
  };
}

/** Sets the attributes that a client sends, and keeps the others. */
export async function setAttributes(file: FileHandle, attributes: Partial<Attributes>): Promise<void> {
  const { mode, size, atime, mtime } = attributes;
  if (size !== undefined) await file.truncate(size);
  if (mode !== undefined) await file.chmod(mode & 0o777);
  if (atime !== undefined && mtime !== undefined) await file.utimes(atime, mtime);
}
