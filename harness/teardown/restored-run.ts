import type { Bucket } from "../model/ports/bucket.ts";
import type { Clock } from "../tools/time/clock.ts";
import type { RunId } from "../model/run-id.ts";
import { awaitBucketLease } from "../pipeline/mirror/await-bucket-lease.ts";
import { requestTeardown } from "../pipeline/folder/request.ts";
import { readMirroredPlan, restoreRun } from "../pipeline/mirror/restore.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { refuseOtherCloud } from "../composition/refuse-other-cloud.ts";
import { unlockStates } from "./unlock-states.ts";

/** How far the clocks of two machines may differ. */
const CLOCKS_APART_MS = 60_000;

/** The folder in which a run is restored, the credentials, and the receiver of progress. */
export interface RestoreOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly reportLine: (message: string) => void;
  /** Ends the wait for a renewed lease. */
  readonly signal?: AbortSignal;
}

/**
 * Restores the run's folder on this machine once no other machine works on the run. Throws `lease_held` if one
 * does.
 */
export async function restoreWhenFree(
  bucket: Bucket,
  runId: RunId,
  { cwd, env, clock, reportLine, signal }: RestoreOptions,
): Promise<RunFolder> {
  await awaitBucketLease(bucket, runId, { clock, reportLine, signal });
  const { cloud } = await readMirroredPlan(bucket, runId);
  // Before anything from the bucket is written or started, because anybody may have written its plan.
  if (cloud !== undefined) refuseOtherCloud({ path: `the run ${runId} in ${bucket.url}` }, cloud, env);
  const freeAt = clock.now();
  const folder = await restoreRun(bucket, runId, { cwd, clock });
  reportLine(`restored ${folder.path} from ${bucket.url}`);
  // A process that takes the lease from now on has newer locks, by any clock.
  await unlockStates(folder, runId, { env, before: freeAt - CLOCKS_APART_MS, reportLine });
  return folder;
}

/** Requests the complete teardown of a run, from the first stage on. */
export async function requestWholeTeardown(folder: RunFolder): Promise<void> {
  await requestTeardown(folder, { through: "audit", only: false, reason: "teardown" });
}
