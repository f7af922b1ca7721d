import { RefbenchError } from "../tools/error.ts";
import type { WorkerRunner } from "../model/ports/worker.ts";
import { salvageJson } from "../tools/files/json-file.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { findSecrets } from "../pipeline/folder/secrets.ts";
import { provisionResult } from "../pipeline/stages/provision.ts";
import { remoteWorkerRunner } from "../workload/remote/remote-runner.ts";
import { findRunnerOf, type RunnerPlace } from "./runner/find-runner.ts";
import { localWorkers, workerProgram } from "./worker-program.ts";

/** Where the worker runs, as the plan says: on the load runner of the run's environment, or here. */
export function composeWorkers(
  folder: RunFolder,
  {
    plan,
    env,
    twinRoot,
  }: {
    readonly plan: Plan;
    readonly env: NodeJS.ProcessEnv;
    /** Of a rehearsal. */
    readonly twinRoot?: string;
  },
): WorkerRunner {
  if (plan.runner === "local") return localWorkers(env);
  return remoteWorkerRunner({
    findRunner: findRunnerOf({
      // Not asked on a rehearsal: there the twin answers for either.
      cloud: plan.cloud?.provider ?? "google",
      place: () => placeOf(folder),
      privateKey: async () => (await findSecrets(folder))?.runnerKey,
      env,
      ...(twinRoot === undefined ? {} : { twinRoot }),
    }),
    program: workerProgram,
  });
}

/** Where the runner is, as its stack said when it was applied. */
async function placeOf(folder: RunFolder): Promise<RunnerPlace> {
  const provisioned = await salvageJson(folder.result("provision"), provisionResult);
  if (provisioned?.place !== undefined) return provisioned.place;
  throw new RefbenchError(
    "run_folder",
    `${folder.result("provision")} does not say where the load runner is: run "refbench stage provision --run ${folder.path}" first`,
  );
}
