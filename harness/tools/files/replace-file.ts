import { randomBytes } from "node:crypto";
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";

type Content = string | Uint8Array;

/** The mode of a file that is written without one; the umask applies to it. */
const DEFAULT_MODE = 0o644;

/**
 * Writes a file so that a reader sees the old content or all of the new content, after a crash too. `mode` applies
 * whatever the umask is. If it fails, the old file remains, no draft is left, and the error is thrown as it came.
 */
export async function replaceFile(path: string, content: Content, mode?: number): Promise<void> {
  const draft = draftOf(path);
  try {
    const file = await open(draft, "wx", mode ?? DEFAULT_MODE);
    try {
      await file.writeFile(content);
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** As `replaceFile`, for code that cannot wait. */
export function replaceFileSync(path: string, content: Content, mode?: number): void {
  const draft = draftOf(path);
  try {
    writeFileSync(draft, content, { flag: "wx", flush: true, mode: mode ?? DEFAULT_MODE });
    if (mode !== undefined) chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** In the same folder, since a rename works only within a file system. */
function draftOf(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}
