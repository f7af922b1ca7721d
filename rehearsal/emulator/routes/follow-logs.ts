import type { WebSocket } from "ws";
import { isJobActive } from "../build/job-log.ts";
import type { EmulatedJob, JobLog } from "../state/types.ts";

/** Sends a job's lines so far and to come, one text frame each, and closes when the job is over. */
export function followLogs(socket: WebSocket, job: EmulatedJob, after: number): void {
  for (const line of job.logs) if (line.id > after) socket.send(JSON.stringify(line));
  const done = (): void => socket.close(1000, "done");
  if (!isJobActive(job)) {
    done();
    return;
  }
  const follow = (line: JobLog | undefined): void => {
    if (line) socket.send(JSON.stringify(line));
    else done();
  };
  job.followers.add(follow);
  socket.once("close", () => job.followers.delete(follow));
  socket.on("error", () => socket.terminate());
}
