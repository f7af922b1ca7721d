import type { EarlierRun } from "../inventory/preflight/canary-rule.ts";
import { openBucket } from "../inventory/buckets/open-bucket.ts";
import type { RunRecord } from "../model/record/record.ts";
import { mirroredRecords } from "../pipeline/mirror/mirrored-records.ts";
import { runsRoot } from "../pipeline/folder/run-folder.ts";
import { readRunRecords } from "../results/history/run-records.ts";
import type { Io } from "./settings/io.ts";

/**
 * Lists the runs for the canary rule, oldest first: those of this folder, and those of the bucket that the run is mirrored
 * to, because a hosted job has no earlier folder.
 */
export async function earlierRuns(
  { cwd, env }: Pick<Io, "cwd" | "env">,
  mirror: string | undefined,
): Promise<readonly EarlierRun[]> {
  const { records: here } = await readRunRecords(runsRoot(cwd));
  const there = mirror === undefined ? [] : await mirroredRecords(await openBucket(mirror, env));
  return [...here, ...there]
    .toSorted((one, other) => (one.startedAt < other.startedAt ? -1 : 1))
    .flatMap(earlierRunOf);
}

function earlierRunOf(record: RunRecord): readonly EarlierRun[] {
  const { architecture, size, simulated, cloud, verdict } = record;
  if (cloud === undefined) return [];
  const { project, stacks, emulated } = cloud;
  return [{ architecture, size, simulated, emulatedCloud: emulated, project, stacks, verdict }];
}
