import { now } from "../state/world.ts";
import type { World } from "../state/world.ts";
import type { EmulatedJob, JobLog } from "../state/types.ts";

/** Adds a line to a job's log and passes it to all followers. */
export function formatLogLine(
  world: World,
  job: EmulatedJob,
  source: JobLog["log_source"],
  stage: string,
  output: string,
  level: JobLog["log_level"] = "info",
): void {
  const line: JobLog = {
    id: world.nextLogId(),
    created_at: now(),
    log_source: source,
    log_level: level,
    stage,
    output,
  };
  job.logs.push(line);
  for (const follow of job.followers) follow(line);
}

/** Tells the followers that no more lines come. */
export function endOfLog(job: EmulatedJob): void {
  for (const follow of [...job.followers]) follow(undefined);
  job.followers.clear();
}

export function isJobActive(job: EmulatedJob): boolean {
  return job.status === "pending" || job.status === "running" || job.status === "canceling";
}
