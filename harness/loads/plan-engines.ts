import type { Engine } from "../model/record/engine.ts";
import type { LoadRunner } from "../model/ports/worker.ts";
import type { LoadTask } from "../model/ports/worker-task.ts";
import { commonTask } from "../workload/coder-engine/common-task.ts";
import { refuseTask } from "../workload/coder-engine/refuse-task.ts";
import { localWorkers } from "../composition/worker-program.ts";

export type EngineChoice = Engine | "both";

/** One load made by one engine. */
export interface EngineRun {
  readonly engine: Engine;
  readonly task: LoadTask;
  /** `leave` aborts the cleanup of Coder's utility too. */
  worker(leave: AbortSignal): LoadRunner;
}

/**
 * Returns the loads for a choice, in their order. Looks for the utility of the coder binary, and refuses what it cannot
 * do, before anything is created.
 */
export async function planEngines(
  choice: EngineChoice,
  task: LoadTask,
  means: {
    /** @default coder on PATH */
    readonly coderBinary?: string | undefined;
    readonly env: NodeJS.ProcessEnv;
    readonly signal: AbortSignal;
    /** Makes the loads of refbench's own engine. @default workers on this machine */
    readonly ownWorker?: LoadRunner | undefined;
    /** Folder for Coder's reports, without secrets. @default none are kept */
    readonly reportsFolder?: string;
  },
): Promise<readonly EngineRun[]> {
  const { coderBinary = "coder", env, signal, reportsFolder } = means;
  const own = (ownTask: LoadTask): EngineRun => ({
    engine: "refbench",
    task: ownTask,
    worker: () => means.ownWorker ?? localWorkers(env),
  });
  if (choice === "refbench") return [own(task)];
  refuseTask(task);
  const { findCoderUtility } = await import("../workload/coder-engine/find-utility.ts");
  const { coderWorkerRunner } = await import("../workload/coder-engine/worker-runner.ts");
  const utility = await findCoderUtility(coderBinary, { env, signal });
  const coder = (itsTask: LoadTask): EngineRun => ({
    engine: "coder",
    task: itsTask,
    worker: (leave) =>
      coderWorkerRunner({ utility, env, leave, ...(reportsFolder === undefined ? {} : { reportsFolder }) }),
  });
  if (choice === "coder") return [coder(task)];
  const common = commonTask(task);
  return [own(common), coder(common)];
}
