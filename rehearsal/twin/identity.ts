import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ulid } from "ulid";

/** The identity of the twin in that folder, or undefined when there is none. */
export function findTwinId(root: string): string | undefined {
  try {
    return readFileSync(join(root, "id"), "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * The identity of the twin in that folder, given to it once. A run remembers its twin's: another one, empty as it may
 * be, must never answer that nothing of the run is left.
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
