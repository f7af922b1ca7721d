import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { RefbenchError } from "../../model/error.ts";
import { isLoopback } from "../../model/origin.ts";
import type { LoadTask } from "../../model/shard-task.ts";
import type { DeploymentLook } from "../../workload/guard-look.ts";
import type { LoadFlags } from "./load-options.ts";
import type { Reach } from "./reach.ts";
import type { TaskGround } from "./load-task.ts";

/** How SSH travels: not at all unless it was asked for, by the emulator's tunnel, else by Coder's own client: the named one, that on PATH, or what the deployment offers. */
export async function chooseSsh(
  { ssh, sshShare, coderBinary }: LoadFlags,
  deployment: Reach["deployment"],
  { isEmulated, url }: DeploymentLook,
  env: NodeJS.ProcessEnv,
): Promise<Pick<TaskGround, "deployment" | "sharesMachine">> {
  const sharesMachine = isLoopback(url);
  const as = (kind: LoadTask["deployment"]["ssh"]) => ({
    deployment: { ...deployment, ssh: kind },
    sharesMachine,
  });
  if (ssh !== true && sshShare === 0) return as("none");
  if (isEmulated) return as("tunnel");
  const binary = coderBinary === undefined ? await onPath("coder", env) : resolve(coderBinary);
  const { deployment: reached } = as("stdio");
  if (binary === undefined) return { deployment: reached, sharesMachine };
  if (!(await isExecutable(binary)))
    throw new RefbenchError(
      "usage",
      `SSH to ${url} goes through Coder's own program, which ${binary} is not: name it with --coder-binary, or leave that out for the one that the deployment offers`,
    );
  return { deployment: { ...reached, coderBinary: binary }, sharesMachine };
}

async function onPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const file = join(folder, name);
    if (folder !== "" && (await isExecutable(file))) return file;
  }
  return undefined;
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
