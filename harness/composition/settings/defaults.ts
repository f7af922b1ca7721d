import { join } from "node:path";

/** The largest seed: seeds are whole numbers of 31 bits, so that they fit into a signed 32-bit integer. */
export const MAX_SEED = 2 ** 31 - 1;

/** A run is torn down after this time unless `--ttl` names another, in milliseconds. */
export const DEFAULT_TTL_MS = 4 * 3_600_000;

/** Returns the folder of the twin of a working directory. */
export function twinRoot(cwd: string): string {
  return join(cwd, ".refbench", "twin");
}
