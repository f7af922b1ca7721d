import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { STATE_FILE } from "../movable-backend.ts";
import { EnvironmentError, findUserJson } from "../read-json.ts";

/**
 * The content of an environment's local states: `resources` = one of them manages resources, or cannot be read;
 * `locked` = Terraform works on one, or was killed while it did; otherwise `empty`.
 */
export type StateContent = "resources" | "locked" | "empty";

/** Reads the states of these stacks below a folder. */
export async function stateContent(folder: string, stacks: readonly string[]): Promise<StateContent> {
  const files = stacks.map((stack) => join(folder, stack, STATE_FILE));
  const managed = await Promise.all(files.map(hasResources));
  if (managed.includes(true)) return "resources";
  const locks = await Promise.all(files.map((file) => exists(join(file, `../.${STATE_FILE}.lock.info`))));
  return locks.includes(true) ? "locked" : "empty";
}

const stateSchema = z.object({ resources: z.array(z.object({ mode: z.string().optional() })).optional() });
const STATE = { what: "a Terraform state", next: "restore the file from terraform.tfstate.backup" };

/**
 * Whether a state has resources. Data sources do not count, because they are not created. A state that cannot be read
 * may have any.
 */
async function hasResources(file: string): Promise<boolean> {
  try {
    const state = await findUserJson(file, stateSchema, STATE);
    return state?.resources?.some(({ mode }) => mode !== "data") ?? false;
  } catch (error) {
    if (error instanceof EnvironmentError) return true;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
