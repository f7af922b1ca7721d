import { environmentSchema } from "../../stacks/environment.ts";
import { openBucket } from "../inventory/buckets/open-bucket.ts";
import { messageOf } from "../tools/error.ts";
import type { RunId } from "../model/run-id.ts";
import { readJson } from "../tools/files/json-file.ts";
import { removeLostLocks } from "../pipeline/mirror/lost-locks.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { withEndpoints } from "../composition/settings/endpoints.ts";

/** Unlocks the states of a run whose machine was lost. Never throws: if a state remains locked, the sweep deletes its resources. */
export async function unlockStates(
  folder: RunFolder,
  runId: RunId,
  {
    env,
    before,
    reportLine,
  }: {
    readonly env: NodeJS.ProcessEnv;
    readonly before: number;
    readonly reportLine: (line: string) => void;
  },
): Promise<void> {
  try {
    const { stateBucket, region } = await readJson(folder.environment, environmentSchema);
    if (stateBucket == null) return;
    const { cloud } = await readJson(folder.plan, planSchema);
    const place = cloud === undefined ? env : withEndpoints(env, cloud.endpoints);
    const states = await openBucket(inRegion(stateBucket, region), place, "--state");
    await removeLostLocks(states, runId, { before, reportLine });
  } catch (error) {
    reportLine(`it is not known whether the state is locked: ${messageOf(error)}`);
  }
}

/** An S3 bucket named without a region is in the run's region, as in the stacks. */
function inRegion(stateBucket: string, region: string): string {
  const url = new URL(stateBucket);
  if (url.protocol === "s3:" && !url.searchParams.has("region")) url.searchParams.set("region", region);
  return url.href;
}
