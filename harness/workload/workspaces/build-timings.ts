import { failedWith } from "../../coder/http/answer.ts";
import type { BuildTimings } from "../../coder/http/schemas.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { Limiter } from "../../tools/time/limiter.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";

const IN_FLIGHT = 8;

const PHASE_OF = {
  init: "build-init",
  plan: "build-plan",
  graph: "build-graph",
  apply: "build-apply",
} as const satisfies Record<string, Phase>;

/**
 * Reads how the time of each successful build was spent. Called when nothing is measured any more, because
 * reading is not part of the load. Servers without timings are asked only once, and those phases are then
 * skipped.
 */
export async function readBuildTimings(
  load: LoadContext,
  workspaces: readonly LoadWorkspace[],
): Promise<void> {
  const built = workspaces.filter(({ job }) => job?.status === "succeeded");
  if (built.length === 0 || load.signal.aborted) return;
  load.board.activity = "reading build timings";
  const slots = new Limiter(IN_FLIGHT);
  const missing: string[] = [];
  await Promise.all(
    built.map(({ buildId }) =>
      slots.run(async () => {
        if (buildId === undefined || missing.length > 0 || load.signal.aborted) return;
        const timings = await load.admin.buildTimings(buildId);
        if (timings.ok) {
          for (const [phase, [start, end]] of findStageSpans(timings.value))
            load.latencies.recordSpan(phase, start, end);
        } else if (failedWith(timings, 404)) missing.push(buildId);
      }),
    ),
  );
  if (missing.length > 0)
    load.note("this Coder has no timings of builds: init, plan, graph and apply are missing");
}

/**
 * The span of each stage: that of Coder's own row if it exists, else from the first row's start to the last
 * one's end.
 */
function findStageSpans({ provisioner_timings: rows }: BuildTimings): Map<Phase, readonly [number, number]> {
  const spans = new Map<Phase, readonly [number, number]>();
  for (const [stage, phase] of Object.entries(PHASE_OF)) {
    const all = rows.filter((row) => row.stage === stage);
    const own = all.filter((row) => row.resource === `coder_stage_${stage}`);
    const counted = own.length > 0 ? own : all;
    if (counted.length === 0) continue;
    const start = Math.min(...counted.map((row) => Date.parse(row.started_at)));
    const end = Math.max(...counted.map((row) => Date.parse(row.ended_at)));
    if (Number.isFinite(start) && Number.isFinite(end)) spans.set(phase, [start, end]);
  }
  return spans;
}
