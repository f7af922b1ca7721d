import { readFile } from "node:fs/promises";
import { messageOf, RefbenchError } from "../../tools/error.ts";

/** A file's text, or undefined when there is no such file. */
export async function findText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RefbenchError("run_folder", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
