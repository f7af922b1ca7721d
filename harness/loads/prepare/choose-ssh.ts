import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import { isLoopback } from "../../model/cloud/origin.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";
import type { LoadFlags } from "../request/flags.ts";
import type { Reach } from "./reach-deployment.ts";
import type { TaskGround } from "../request/load-task.ts";

/**
 * Chooses the transport of SSH: none unless it is requested, the emulator's tunnel, or Coder's own client. That is the
 * named one, the one on PATH, or, if the flags allow it, the one that the deployment offers. Throws `usage` if no client
 * may be run.
 */
export async function chooseSsh(
  flags: LoadFlags,
  deployment: Reach["deployment"],
  { isEmulated, url }: DeploymentLook,
  env: NodeJS.ProcessEnv,
  /** Whether SSH is needed whatever the flags say. */
  isNeeded = false,
): Promise<Pick<TaskGround, "deployment" | "sharesMachine">> {
  const { ssh, sshShare, coderBinary, sshClient, coderClientSha256 } = flags;
  const sharesMachine = isLoopback(url);
  const as = (kind: LoadTask["deployment"]["ssh"]) => ({
    deployment: { ...deployment, ssh: kind },
    sharesMachine,
  });
  if (ssh !== true && sshShare === 0 && !isNeeded) return as("none");
  if (isEmulated) return as("tunnel");
  const { deployment: reached } = as("stdio");
  if (sshClient === "offered" || coderClientSha256 !== undefined) {
    refuseOffered(url, coderBinary);
    const digest = coderClientSha256 === undefined ? {} : { offeredSha256: coderClientSha256 };
    return { deployment: { ...reached, ...digest }, sharesMachine };
  }
  const binary = coderBinary === undefined ? await onPath("coder", env) : resolve(coderBinary);
  if (binary === undefined)
    throw new RefbenchError(
      "usage",
      `SSH to ${url} needs Coder's own program, but there is no coder on PATH: install it or name it with --coder-binary; --coder-client-sha256 <digest> or --ssh-client offered runs the one that the deployment offers, on this machine and as this user`,
    );
  if (!(await isExecutable(binary)))
    throw new RefbenchError(
      "usage",
      `SSH to ${url} needs Coder's own program, but ${binary} is not executable: name it with --coder-binary, or omit that flag to use the one on PATH`,
    );
  return { deployment: { ...reached, coderBinary: binary }, sharesMachine };
}

/** A program of the deployment runs as this user, so nobody may replace it during the download. */
function refuseOffered(url: string, coderBinary: string | undefined): void {
  if (coderBinary !== undefined)
    throw new RefbenchError(
      "usage",
      "--coder-binary cannot be combined with --ssh-client offered or --coder-client-sha256: give one of them",
    );
  if (!url.startsWith("https:") && !isLoopback(url))
    throw new RefbenchError(
      "usage",
      `the client that ${url} offers is not fetched over plain HTTP, where anybody on the way can replace it: use the deployment's https URL, or name a program with --coder-binary`,
    );
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
