import type { FindRunner } from "../../model/ports/runner.ts";
import { uniformRunner, type WorkerRunner } from "../../model/ports/worker.ts";
import { type HostedOptions, runHosted } from "../remote/hosted-runner.ts";
import { planJob } from "./job.ts";
import { sshHost } from "./ssh-host.ts";

export interface RemoteRunnerOptions extends HostedOptions {
  readonly findRunner: FindRunner;
  /** Path of the worker bundled into one file. */
  readonly program: () => Promise<string>;
}

/** Runs the worker on the load runner, over SSH through the cloud's tunnel. */
export function remoteWorkerRunner({ findRunner, program, ...options }: RemoteRunnerOptions): WorkerRunner {
  return uniformRunner((task, taskOptions) =>
    runHosted(task, taskOptions, {
      ...options,
      openHost: async (hosted, signal) => {
        const access = await findRunner(signal);
        return sshHost(access, await planJob(access, await program(), hosted));
      },
    }),
  );
}
