import type { RunnerConnection } from "./connection.ts";
import type { Job } from "./job.ts";
import { TASK_FILES } from "./protocol.ts";
import { openFiles, type RemoteFiles } from "./remote-files.ts";

/** Puts the shard program on the runner, unless it is there, and says whether the task is there already. */
export async function uploadProgram(connection: RunnerConnection, job: Job): Promise<RemoteFiles> {
  const files = await openFiles(connection);
  const { path, content } = job.program;
  await files.makeFolder(job.access.folder);
  const size = await files.sizeOf(path);
  if (size === content.length) return files;
  if (size !== undefined) await files.remove(path);
  await files.put(path, content);
  return files;
}

/** Whether an earlier connection brought the task. */
export async function isTaskThere(files: RemoteFiles, { folder }: Job): Promise<boolean> {
  // In this order: a host names itself before it deletes the task, so one of the two is always seen.
  for (const name of [TASK_FILES.task, TASK_FILES.host])
    if ((await files.sizeOf(`${folder}/${name}`)) !== undefined) return true;
  return false;
}

/** Puts the task on the runner, as a file that only its user reads: arguments and environments are seen by others. */
export async function uploadTask(files: RemoteFiles, job: Job): Promise<void> {
  await files.makeFolder(job.tasks);
  await files.makeFolder(job.folder);
  await files.put(`${job.folder}/${TASK_FILES.task}`, job.task);
}
