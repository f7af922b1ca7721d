import { join, resolve } from "node:path";
import { z } from "zod";
import type { CloudOutputs } from "../../stacks/outputs.ts";
import type { ShardRunner } from "../model/ports/worker.ts";
import { salvageJson } from "../tools/files/json-file.ts";
import { remoteShardRunner } from "../workload/remote/remote-runner.ts";
import type { Io } from "../composition/settings/io.ts";
import { findRunnerOf } from "../composition/runner/find-runner.ts";
import { shardHere, shardProgram } from "../composition/worker-program.ts";
import type { ManualDeployment } from "./deployment.ts";

/** Of the secrets that the stacks made with the environment, the load runner's key. */
const secretsSchema = z.object({ runnerKey: z.string().optional() });

/** Where the drain runs: on this machine, or on the load runner of the environment. */
export function chooseShardRunner(
  runner: "network" | "local",
  deployment: ManualDeployment,
  outputs: CloudOutputs,
  io: Io,
): ShardRunner {
  if (runner === "local") return shardHere(io.env);
  const { cloud, folder, isSimulated } = deployment;
  return remoteShardRunner({
    findRunner: findRunnerOf({
      cloud,
      place: () => Promise.resolve(outputs),
      privateKey: async () => (await salvageJson(join(folder, "secrets.json"), secretsSchema))?.runnerKey,
      env: io.env,
      // Its environments by hand lie in the twin's folder.
      ...(isSimulated ? { twinRoot: resolve(folder, "..") } : {}),
    }),
    program: shardProgram,
  });
}
