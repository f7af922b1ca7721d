import { join, resolve } from "node:path";
import { z } from "zod";
import type { CloudOutputs } from "../../stacks/outputs.ts";
import type { WorkerRunner } from "../model/ports/worker.ts";
import { salvageJson } from "../tools/files/json-file.ts";
import { remoteWorkerRunner } from "../workload/ssh/ssh-runner.ts";
import type { Io } from "../composition/settings/io.ts";
import { findRunnerOf } from "../composition/runner/find-runner.ts";
import { localWorkers, workerProgram } from "../composition/worker-program.ts";
import type { ManualDeployment } from "./deployment.ts";

/** The load runner's key, among the environment's secrets. */
const secretsSchema = z.object({ runnerKey: z.string().optional() });

/** Returns a runner on this machine, or on the environment's load runner. */
export function chooseWorkerRunner(
  runner: "network" | "local",
  deployment: ManualDeployment,
  outputs: CloudOutputs,
  io: Io,
): WorkerRunner {
  if (runner === "local") return localWorkers(io.env);
  const { cloud, folder, isSimulated } = deployment;
  return remoteWorkerRunner({
    findRunner: findRunnerOf({
      cloud,
      place: () => Promise.resolve(outputs),
      privateKey: async () => (await salvageJson(join(folder, "secrets.json"), secretsSchema))?.runnerKey,
      env: io.env,
      // The twin's manual environments are in the twin's folder.
      ...(isSimulated ? { twinRoot: resolve(folder, "..") } : {}),
    }),
    program: workerProgram,
  });
}
