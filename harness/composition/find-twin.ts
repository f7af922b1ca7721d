import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemClock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { Journal } from "../pipeline/folder/journal.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { findTwinId } from "../../rehearsal/twin/identity.ts";

/**
 * Finds the run's twin at its present place, because a working folder may have been moved as a whole. Once something may
 * exist in it, a missing twin is never created again: a new one is empty and would report that nothing is left.
 */
export async function findTwin(
  folder: RunFolder,
  { twinRoot: recorded, twinId }: { readonly twinRoot: string; readonly twinId?: string | undefined },
): Promise<string> {
  const beside = join(dirname(dirname(resolve(folder.path))), "twin");
  // A plan may name any folder of this machine. Without the twin's id only the folder beside the run is its twin.
  const isIts = (root: string): boolean =>
    twinId === undefined ? resolve(root) === beside : findTwinId(root) === twinId;
  const found = [recorded, beside].find((root) => existsSync(join(root, "inventory")) && isIts(root));
  if (found !== undefined) return found;
  const { entries, damaged } = await new Journal(folder.journal, systemClock).read();
  if (damaged.length === 0 && entries.length > 0 && !entries.some(({ type }) => type === "stack-intent"))
    return beside;
  throw new RefbenchError(
    "inventory",
    `the twin of this run, ${recorded}, is missing, so it is not known what is left: move it back there, or to ${beside}`,
  );
}
