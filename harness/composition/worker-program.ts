import type { ShardRunner } from "../model/ports/worker.ts";
import { programFile } from "../../rehearsal/bundle.ts";
import { localShardRunner } from "../workload/worker-process/local-runner.ts";

/** The path of the shard program, bundled into one file: what a load runner is brought, and what runs here. */
export const shardProgram = (): Promise<string> => programFile("shard");

/** Runs the bundled shard program on this machine: through tsx it would stand some 40 MiB higher. */
export function shardHere(env: NodeJS.ProcessEnv): ShardRunner {
  return localShardRunner({ env, program: shardProgram });
}
