import type { WorkerRunner } from "../model/ports/worker.ts";
import { programFile } from "../../rehearsal/bundle.ts";
import { localWorkerRunner } from "../workload/worker-process/local-runner.ts";

/** The path of the worker, bundled into one file for load runners and for this machine. */
export const workerProgram = (): Promise<string> => programFile("worker");

/** Runs the bundled worker on this machine: with tsx it would need about 40 MiB more. */
export function localWorkers(env: NodeJS.ProcessEnv): WorkerRunner {
  return localWorkerRunner({ env, program: workerProgram });
}
