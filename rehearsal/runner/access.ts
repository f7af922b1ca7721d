import { RUNNER_USER } from "../../stacks/runner/runner-machine.ts";
import type { RunnerAccess } from "../../harness/model/ports/runner.ts";
import { programFile } from "../bundle.ts";
import { diskOf } from "./disk.ts";
import { findRunnerItem } from "./find-runner-item.ts";

/** How a load runner of the twin is reached: by a tunnel command of our own, and a host key that its machine reported. */
export async function twinRunnerAccess(
  root: string,
  machine: string,
  privateKey: string,
): Promise<RunnerAccess> {
  const { host } = await findRunnerItem(root, machine);
  return {
    name: `${machine} in the twin`,
    tunnel: {
      command: process.execPath,
      args: [await programFile("relay"), root, machine],
      env: {},
    },
    user: RUNNER_USER,
    privateKey,
    hostKeys: async () => (await findRunnerItem(root, machine)).hostKeys,
    node: process.execPath,
    folder: diskOf(root, host),
  };
}
