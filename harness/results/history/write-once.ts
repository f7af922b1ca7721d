import { randomBytes } from "node:crypto";
import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, RefbenchError } from "../../tools/error.ts";

/**
 * Writes a file that never changes again; returns false if it exists. The temporary file has a hidden name in the
 * store's folder, so that an interrupted import leaves nothing that looks like a record.
 */
export async function writeOnce(path: string, text: string, store: string): Promise<boolean> {
  const temporary = join(store, `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx", 0o444);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a hard link never replaces what another import has just written.
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new RefbenchError(
      "run_folder",
      `cannot write ${path}: ${messageOf(error)}; free space or fix permissions, then import again`,
      { cause: error },
    );
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
