import type { ShardResult } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask, ShardTask } from "../../model/ports/worker-task.ts";
import { runBootstrap } from "../setup/bootstrap.ts";
import { runDrain } from "../removal/drain.ts";
import { carryingSsh } from "../load/carry-ssh.ts";
import type { TaskContext } from "../context/load-context.ts";
import { runLoad } from "../load/load.ts";
import { refuseShortMachine } from "./refuse-machine.ts";
import { runInShards } from "../parts/run-in-parts.ts";
import { fewerShards, shardsOf } from "../parts/split-load.ts";

/** Runs one task of the shard program in this process. */
export async function runTask(task: ShardTask, context: TaskContext): Promise<ShardResult> {
  switch (task.task) {
    case "bootstrap":
      return { task: "bootstrap", ...(await runBootstrap(task, context)) };
    case "load":
      return {
        task: "load",
        ...(await carryingSsh(task, context, (carried) => runLoadOf(carried, context))),
      };
    case "drain":
      return { task: "drain", ...(await runDrain(task, context)) };
  }
}

async function runLoadOf(task: LoadTask, context: TaskContext): Promise<LoadResult> {
  const message = fewerShards(task);
  if (message !== undefined) context.emit({ type: "note", message });
  const shards = shardsOf(task);
  // The whole load was looked at before it was dealt.
  if (task.part === undefined) await refuseShortMachine(task, shards);
  return (shards > 1 ? runInShards : runLoad)(task, context);
}
