import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ulid } from "ulid";

/** Returns the identity of the twin in that folder, or undefined when the folder does not hold a twin. */
export function findTwinId(root: string): string | undefined {
  try {
    return readFileSync(join(root, "id"), "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * Returns the identity of the twin in that folder, which it gets once. A run remembers it: another twin, perhaps empty,
 * must never answer that nothing of the run remains.
 */
export function twinId(root: string): string {
  mkdirSync(root, { recursive: true });
  try {
    writeFileSync(join(root, "id"), `${ulid().toLowerCase()}\n`, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(join(root, "id"), "utf8").trim();
}
