import type { Job } from "../../coder/http/schemas.ts";
import { buildFigures } from "../../model/record/builds.ts";
import type { BuildJob, LoadResult } from "../../model/record/worker-result.ts";

type Builds = LoadResult["builds"];

/** How many provisioner daemons were alive, each time that the deployment was asked. */
export type DaemonCounts = NonNullable<Builds["daemons"]>;

/** Every finished build of the load, once, with the server's stamps. */
export class BuildLedger {
  readonly #jobs: BuildJob[] = [];

  /** Adds a job that was started and completed; `isStop` for the stop of a workspace. */
  add(
    job: Pick<Job, "created_at" | "started_at" | "completed_at" | "status">,
    { isStop = false } = {},
  ): void {
    if (job.started_at == null || job.completed_at == null) return;
    const end = job.status !== "succeeded" ? "failed" : isStop ? "stopped" : "built";
    this.#jobs.push([
      Date.parse(job.created_at),
      Date.parse(job.started_at),
      Date.parse(job.completed_at),
      end,
    ]);
  }

  /** The part of a result about builds. */
  result(capacity: number, daemons?: DaemonCounts): Builds {
    return summarizeBuilds(this.#jobs, capacity, daemons);
  }
}

/**
 * Merges the builds of several parts of one load. Their peaks need not have been at the same time, so figures
 * are recalculated.
 */
export function mergeBuilds(parts: readonly Builds[]): Builds {
  const jobs = parts.flatMap(({ since = 0, jobs: own = [] }) =>
    own.map(([queued, started, completed, end]): BuildJob => [
      since + queued,
      since + started,
      since + completed,
      end,
    ]),
  );
  const counts = parts.flatMap(({ daemons }) => daemons ?? []);
  const capacity = Math.max(...parts.map((part) => part.capacity));
  if (counts.length === 0) return summarizeBuilds(jobs, capacity);
  return summarizeBuilds(jobs, capacity, {
    asked: counts.reduce((total, { asked }) => total + asked, 0),
    least: Math.min(...counts.map(({ least }) => least)),
    most: Math.max(...counts.map(({ most }) => most)),
  });
}

/** Jobs are relative to the first queued one, in the order of the queue, so that a record stays small. */
function summarizeBuilds(jobs: readonly BuildJob[], capacity: number, daemons?: DaemonCounts): Builds {
  const deployment = { capacity, ...(daemons === undefined ? {} : { daemons }) };
  if (jobs.length === 0) return { ...deployment, ...buildFigures([], capacity) };
  const since = Math.min(...jobs.map(([queued]) => queued));
  const relative = jobs
    .map(([queued, started, completed, end]): BuildJob => [
      queued - since,
      started - since,
      completed - since,
      end,
    ])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3].localeCompare(b[3]));
  return { ...deployment, ...buildFigures(relative, capacity), since, jobs: relative };
}
