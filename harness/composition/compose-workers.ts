import { RefbenchError } from "../tools/error.ts";
import type { WorkerRunner } from "../model/ports/worker.ts";
import { salvageJson } from "../tools/files/json-file.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { findSecrets } from "../pipeline/folder/secrets.ts";
import { provisionResult } from "../pipeline/stages/provision.ts";
import { remoteWorkerRunner } from "../workload/ssh/ssh-runner.ts";
import { findRunnerOf, type RunnerPlace } from "./runner/find-runner.ts";
import { localWorkers, workerProgram } from "./worker-program.ts";

/** Returns the runner of workers that the plan chooses: on the load runner of the environment, or on this machine. */
export function composeWorkers(
  folder: RunFolder,
  {
    plan,
    env,
    twinRoot,
  }: {
    readonly plan: Plan;
    readonly env: NodeJS.ProcessEnv;
    /** Folder of the twin in a rehearsal. */
    readonly twinRoot?: string;
  },
): WorkerRunner {
  if (plan.runner === "local") return localWorkers(env);
  return remoteWorkerRunner({
    findRunner: findRunnerOf({
      // Not needed in a rehearsal, in which the twin answers for either cloud.
      cloud: plan.cloud?.provider ?? "google",
      place: () => placeOf(folder),
      privateKey: async () => (await findSecrets(folder))?.runnerKey,
      env,
      ...(twinRoot === undefined ? {} : { twinRoot }),
    }),
    program: workerProgram,
  });
}

/** Reads the place of the load runner from the outputs of its stack. */
async function placeOf(folder: RunFolder): Promise<RunnerPlace> {
  const provisioned = await salvageJson(folder.result("provision"), provisionResult);
  if (provisioned?.place !== undefined) return provisioned.place;
  throw new RefbenchError(
    "run_folder",
    `${folder.result("provision")} has no address of the load runner: run "refbench stage provision --run ${folder.path}" first`,
  );
}
