import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { RunnerAccess } from "../../model/ports/runner.ts";
import { shellWord } from "../../tools/shell-word.ts";
import type { HostedTask } from "../remote/protocol.ts";

/** One task on one runner: the paths and contents of its files there. */
export interface RemoteJob {
  readonly access: RunnerAccess;
  /** Folder of all tasks, inside the runner's folder. */
  readonly tasks: string;
  /** Folder of this task, never used before. */
  readonly folder: string;
  readonly task: Buffer;
  readonly program: { readonly path: string; readonly content: Buffer };
}

/**
 * Chooses the folder and files of a task on the runner. The program's name contains the digest of its
 * content.
 */
export async function planJob(access: RunnerAccess, bundle: string, hosted: HostedTask): Promise<RemoteJob> {
  const content = await readFile(bundle);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const tasks = `${access.folder}/tasks`;
  return {
    access,
    tasks,
    folder: `${tasks}/${hosted.task.task}-${randomBytes(6).toString("hex")}`,
    task: Buffer.from(JSON.stringify(hosted)),
    program: { path: `${access.folder}/worker-${digest}.mjs`, content },
  };
}

/** The only command line that is run on a runner, quoted for its shell. */
export function attachCommand({ access, program, folder }: RemoteJob, from: number): string {
  return [access.node, program.path, "attach", folder, "--from", String(from)].map(shellWord).join(" ");
}
