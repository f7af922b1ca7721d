import type { Job } from "../coder/schemas.ts";
import type { LoadResult } from "../model/shard-result.ts";

type BuildsAtOnce = Pick<LoadResult["builds"], "peakRunning" | "timeWeightedRunning">;

/** When a build was queued, started and completed, milliseconds. */
export type BuildSpan = [queued: number, started: number, completed: number];

/** The spans of the builds that ran to their end, by the server's own clock. */
export function buildSpans(
  jobs: readonly Pick<Job, "created_at" | "started_at" | "completed_at">[],
): BuildSpan[] {
  return jobs.flatMap(({ created_at, started_at, completed_at }) =>
    started_at == null || completed_at == null
      ? []
      : [[Date.parse(created_at), Date.parse(started_at), Date.parse(completed_at)] satisfies BuildSpan],
  );
}

/** How many builds ran at once, by the server's own clock: at most, and on average from the first queued to the last finished. */
export function buildConcurrency(jobs: Parameters<typeof buildSpans>[0]): BuildsAtOnce {
  return concurrencyOf(buildSpans(jobs));
}

/** As `buildConcurrency`, of spans that were kept. */
export function concurrencyOf(spans: readonly BuildSpan[]): BuildsAtOnce {
  const runs = spans.map(([queued, start, end]) => ({ queued, start, end }));
  if (runs.length === 0) return { peakRunning: 0, timeWeightedRunning: 0 };

  // At one instant an end comes before a start: a daemon that goes from one build to the next runs one.
  const changes = runs
    .flatMap((run) => [
      { at: run.start, by: 1 },
      { at: run.end, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let running = 0;
  let peakRunning = 0;
  for (const change of changes) {
    running += change.by;
    peakRunning = Math.max(peakRunning, running);
  }

  const first = runs.reduce((earliest, run) => Math.min(earliest, run.queued), Infinity);
  const last = runs.reduce((latest, run) => Math.max(latest, run.end), -Infinity);
  const busyMs = runs.reduce((sum, run) => sum + (run.end - run.start), 0);
  const timeWeightedRunning = last === first ? 0 : Math.round((busyMs / (last - first)) * 100) / 100;
  return { peakRunning, timeWeightedRunning };
}
