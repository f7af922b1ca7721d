import { readFile } from "node:fs/promises";
import { messageOf, RefbenchError } from "../../tools/error.ts";

/** Returns a file's text; undefined if the file does not exist. */
export async function findText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RefbenchError("run_folder", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
