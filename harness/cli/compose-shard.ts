import type { ShardRunner } from "../model/shard.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { RunFolder } from "../pipeline/run-folder.ts";
import { localShardRunner } from "../workload/local-runner.ts";

/** Where the shard program runs, as the plan says. */
export function composeShard(_folder: RunFolder, _plan: Plan, env: NodeJS.ProcessEnv): ShardRunner {
  return localShardRunner({ env });
}
