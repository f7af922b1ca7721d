import type { WorkerResult } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask, WorkerTask } from "../../model/ports/worker-task.ts";
import { runBootstrap } from "../setup/bootstrap.ts";
import { runIssueKey } from "../setup/issue-key.ts";
import { runDrain } from "../removal/drain.ts";
import { withSshClient } from "../load/carry-ssh.ts";
import type { TaskContext } from "../context/load-context.ts";
import { runLoad } from "../load/load.ts";
import { observedLoad } from "../observing/observed-load.ts";
import { refuseShortMachine } from "./refuse-machine.ts";
import { runInParts } from "../parts/run-in-parts.ts";
import { thisProgram } from "../worker-process/this-program.ts";
import { explainFewerParts, countParts } from "../parts/plan-parts.ts";

/** Runs one task of the worker in this process. */
export async function runTask(task: WorkerTask, context: TaskContext): Promise<WorkerResult> {
  switch (task.task) {
    case "bootstrap":
      return { task: "bootstrap", ...(await runBootstrap(task, context)) };
    case "issueKey":
      return { task: "issueKey", ...(await runIssueKey(task, context)) };
    case "load":
      return {
        task: "load",
        ...(await withSshClient(task, context, (carried) => runLoadOf(carried, context))),
      };
    case "drain":
      return { task: "drain", ...(await runDrain(task, context)) };
  }
}

async function runLoadOf(task: LoadTask, context: TaskContext): Promise<LoadResult> {
  const message = explainFewerParts(task);
  if (message !== undefined) context.emit({ type: "note", message });
  const parts = countParts(task);
  // Only the whole load is checked, before it is split.
  if (task.part === undefined) await refuseShortMachine(task, parts);
  const { observe, ...unobserved } = task;
  const load = (): Promise<LoadResult> => (parts > 1 ? runInParts : runLoad)(unobserved, context);
  if (observe === undefined) return load();
  return observedLoad(observe, { signal: context.signal, command: [...thisProgram(), "observe"] }, load);
}
