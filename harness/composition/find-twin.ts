import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemClock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { Journal } from "../pipeline/folder/journal.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { findTwinId } from "../../rehearsal/twin/identity.ts";

/**
 * The twin that the run was made against, where it is now: a working folder may have been moved as a whole. Once
 * something may exist in it, a missing twin is never made anew: empty as it is, it would answer that nothing is left.
 */
export async function findTwin(
  folder: RunFolder,
  { twinRoot: recorded, twinId }: { readonly twinRoot: string; readonly twinId?: string | undefined },
): Promise<string> {
  const beside = join(dirname(dirname(resolve(folder.path))), "twin");
  // A plan may name any folder of this machine: without the twin's id only the one beside the run is its twin.
  const isIts = (root: string): boolean =>
    twinId === undefined ? resolve(root) === beside : findTwinId(root) === twinId;
  const found = [recorded, beside].find((root) => existsSync(join(root, "inventory")) && isIts(root));
  if (found !== undefined) return found;
  const { entries, damaged } = await new Journal(folder.journal, systemClock).read();
  if (damaged.length === 0 && entries.length > 0 && !entries.some(({ type }) => type === "stack-intent"))
    return beside;
  throw new RefbenchError(
    "inventory",
    `the twin of this run, ${recorded}, is not there, so nothing can say what is left: move it back there, or to ${beside}`,
  );
}
