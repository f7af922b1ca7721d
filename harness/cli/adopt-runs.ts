import { systemClock } from "../tools/time/clock.ts";
import { adoptOrphans } from "../pipeline/driver/adopt.ts";
import type { Io } from "../composition/settings/io.ts";
import { spawnReaper } from "../composition/spawn-reaper.ts";

/** Starts a reaper for each run of this folder that has none, and reports each on stderr. */
export async function adoptRuns({ cwd, stderr }: Pick<Io, "cwd" | "stderr">): Promise<void> {
  for (const note of await adoptOrphans(cwd, { clock: systemClock, spawnReaper }))
    stderr.write(`refbench: ${note}\n`);
}
