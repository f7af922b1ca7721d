import type { RemoteJob } from "./job.ts";
import { TASK_FILES } from "../remote/protocol.ts";
import type { RemoteFiles } from "./remote-files.ts";

/** Uploads the worker to the runner, unless it is there already. */
export async function uploadProgram(files: RemoteFiles, { access, program }: RemoteJob): Promise<void> {
  await files.makeFolder(access.folder);
  const size = await files.sizeOf(program.path);
  if (size === program.content.length) return;
  if (size !== undefined) await files.remove(program.path);
  await files.put(program.path, program.content);
}

/**
 * Uploads the task as a file that only its user can read, because others can see arguments and environments.
 */
export async function uploadTask(files: RemoteFiles, job: RemoteJob): Promise<void> {
  await files.makeFolder(job.tasks);
  await files.makeFolder(job.folder);
  await files.put(`${job.folder}/${TASK_FILES.task}`, job.task);
}
