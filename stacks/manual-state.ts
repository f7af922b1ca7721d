import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { STATE_FILE } from "./movable-backend.ts";

/**
 * What the local states of an environment show: `resources` are managed by one of them (or it cannot be read), `locked`
 * means that terraform works on one, or was killed in its work; `empty` otherwise.
 */
export type StateContent = "resources" | "locked" | "empty";

/** Looks into the states of these stacks below a folder. */
export async function stateContent(folder: string, stacks: readonly string[]): Promise<StateContent> {
  const files = stacks.map((stack) => join(folder, stack, STATE_FILE));
  const managed = await Promise.all(files.map(hasResources));
  if (managed.includes(true)) return "resources";
  const locks = await Promise.all(files.map((file) => exists(join(file, `../.${STATE_FILE}.lock.info`))));
  return locks.includes(true) ? "locked" : "empty";
}

/** Data sources are read, not made: a state may hold them when nothing was created. */
async function hasResources(file: string): Promise<boolean> {
  const text = await findText(file);
  if (text === undefined) return false;
  try {
    const { resources = [] } = JSON.parse(text) as { resources?: readonly { readonly mode?: string }[] };
    return resources.some(({ mode }) => mode !== "data");
  } catch {
    return true;
  }
}

async function findText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
