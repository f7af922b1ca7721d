import { z } from "zod";
import type { Environment, Release } from "../../../stacks/environment.ts";
import { comparison } from "../../model/comparison.ts";
import { RefbenchError } from "../../model/error.ts";
import type { Measurements } from "../../model/record.ts";
import type { LoadResult } from "../../model/shard-result.ts";
import type { StageContext } from "../context.ts";
import { writeJson } from "../json-file.ts";
import { measurementsOf } from "../measurements-of.ts";
import type { ComparisonPlan } from "../plan.ts";
import { bootstrap } from "./bootstrap.ts";
import { loadOnce } from "./load-once.ts";
import { applyRelease } from "./provision.ts";

/** What a comparison leaves beside the first baseline load, which is the run's own. */
export const comparisonResult = z.object({ comparison });

/**
 * Measures two versions of Coder in turns, in one environment: baseline and candidate, then candidate and baseline, and
 * so on, so that what drifts meets both alike. Each version has a database of its own, since Coder does not start on the
 * schema of a newer one.
 */
export async function compare(context: StageContext, plan: ComparisonPlan): Promise<string> {
  const { folder, ports, report, signal } = context;
  const order = turns(plan.pairs);
  const loads: { readonly release: Release; readonly measured: Measurements }[] = [];
  let { environment } = context;
  for (const [index, release] of order.entries()) {
    signal.throwIfAborted();
    const { version } = plan[release];
    report({
      type: "note",
      level: "info",
      message: `load ${index + 1} of ${order.length}: ${release}, Coder ${version}`,
    });
    if (environment.comparison?.release !== release) {
      environment = await switchTo({ ...context, environment }, release, version);
      await bootstrap({ ...context, environment });
    }
    const result = await loadOnce({ ...context, environment });
    await writeJson(folder.result(`load-${index + 1}`), result);
    if (index === 0) await writeJson(folder.result("load"), result);
    signal.throwIfAborted();
    refuseLeftovers(result, release);
    loads.push({ release, measured: measurementsOf(context.plan, result) });
  }
  const figures = ports.compare(pairsOf(loads));
  await writeJson(folder.result("comparison"), {
    comparison: {
      baseline: plan.baseline,
      candidate: plan.candidate,
      order: order.map((release) => (release === "baseline" ? "b" : "c")),
      figures: [...figures],
    },
  } satisfies z.infer<typeof comparisonResult>);
  const different = figures.filter(({ conclusion }) => conclusion === "different").length;
  return `${plan.pairs} pairs of ${plan.baseline.version} and ${plan.candidate.version}, ${different} of ${figures.length} figures differ`;
}

/** Baseline, candidate, candidate, baseline, baseline, …: as many pairs, each begun by the other one. */
export function turns(pairs: number): readonly Release[] {
  return Array.from({ length: pairs }, (_, pair): readonly Release[] =>
    pair % 2 === 0 ? ["baseline", "candidate"] : ["candidate", "baseline"],
  ).flat();
}

/** Puts the other version in the place of this one; the environment says so before anything is applied. */
async function switchTo(context: StageContext, release: Release, version: string): Promise<Environment> {
  const { folder } = context;
  const environment: Environment = { ...context.environment, coderVersion: version, comparison: { release } };
  await writeJson(folder.environment, environment);
  await applyRelease({ ...context, environment });
  return environment;
}

/** What the next version does not know it cannot delete: then this one stays, and the drain has it. */
function refuseLeftovers({ workspaces }: LoadResult, release: Release): void {
  const left = workspaces.created - workspaces.deleted;
  if (left <= 0) return;
  throw new RefbenchError(
    "coder",
    `${left} workspaces of the ${release} load could not be deleted, so its version is not replaced: the drain goes on with them`,
  );
}

function pairsOf(
  loads: readonly { readonly release: Release; readonly measured: Measurements }[],
): readonly { readonly baseline: Measurements; readonly candidate: Measurements }[] {
  return loads.flatMap(({ release, measured }, index) => {
    const other = loads[index + 1];
    if (index % 2 === 1 || other === undefined) return [];
    return release === "baseline"
      ? [{ baseline: measured, candidate: other.measured }]
      : [{ baseline: other.measured, candidate: measured }];
  });
}
