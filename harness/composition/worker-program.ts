import type { WorkerRunner } from "../model/ports/worker.ts";
import { programFile } from "../../rehearsal/bundle.ts";
import { localWorkerRunner } from "../workload/worker-process/local-runner.ts";

/** The path of the worker, bundled into one file: what a load runner is brought, and what runs here. */
export const workerProgram = (): Promise<string> => programFile("worker");

/** Runs the bundled worker on this machine: through tsx it would stand some 40 MiB higher. */
export function localWorkers(env: NodeJS.ProcessEnv): WorkerRunner {
  return localWorkerRunner({ env, program: workerProgram });
}
