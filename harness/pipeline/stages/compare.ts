import { z } from "zod";
import type { Environment, Release } from "../../../stacks/environment.ts";
import { comparison } from "../../model/record/comparison.ts";
import { RefbenchError } from "../../tools/error.ts";
import { drawOrder } from "../../model/cloud/load-order.ts";
import type { Measurements } from "../../model/record/record.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { StageContext } from "../context/context.ts";
import { writeJson } from "../../tools/files/json-file.ts";
import { recordedMeasurements } from "../measurement/recorded-measurements.ts";
import type { ComparisonPlan } from "../folder/plan.ts";
import { bootstrap } from "./bootstrap.ts";
import { withdrawProvisioners } from "./deploy-provisioners.ts";
import { loadOnce } from "./load-once.ts";
import { applyRelease } from "./provision.ts";
import { countOf } from "../../tools/count-text.ts";

/** The stored result of a comparison. The first baseline load is stored as the run's own. */
export const comparisonResult = z.object({ comparison });

/**
 * Measures two versions of Coder in pairs of loads, in one environment and in a random order. Each load meets
 * a new installation, because an earlier load fills caches. Each version has its own database, because Coder
 * does not start on the schema of a newer version. In each pair, both databases hold what the same number of
 * loads left there.
 */
export async function compare(context: StageContext, plan: ComparisonPlan): Promise<string> {
  const { folder, ports, report, signal } = context;
  const { baseline, candidate, pairs, seed = 0 } = plan;
  const order = drawOrder(pairs, seed);
  const loads: { readonly version: "b" | "c"; readonly measured: Measurements }[] = [];
  let { environment } = context;
  for (const [index, letter] of order.entries()) {
    signal.throwIfAborted();
    const release = RELEASES[letter];
    const { version } = plan[release];
    report({
      type: "note",
      level: "info",
      message: `load ${index + 1} of ${order.length}: ${release}, Coder ${version}`,
    });
    if (environment.comparison?.installation !== index) {
      environment = await install({ ...context, environment }, { release, installation: index }, version);
      await bootstrap({ ...context, environment });
    }
    const result = await loadOnce({ ...context, environment });
    await writeJson(folder.result(`load-${index + 1}`), result);
    // The run's own figures are those of the first baseline load.
    if (letter === "b" && loads.every((load) => load.version === "c"))
      await writeJson(folder.result("load"), result);
    signal.throwIfAborted();
    refuseLeftovers(result, release);
    loads.push({ version: letter, measured: recordedMeasurements(context.plan, result) });
  }
  const compared = ports.compare(loads);
  await writeJson(folder.result("comparison"), {
    comparison: { baseline, candidate, seed, order: [...order], ...compared },
  } satisfies z.infer<typeof comparisonResult>);
  return summarize(plan, compared);
}

const RELEASES = { b: "baseline", c: "candidate" } as const satisfies Record<"b" | "c", Release>;

function summarize(
  { baseline, candidate, pairs }: ComparisonPlan,
  { figures, failedLoads }: ReturnType<StageContext["ports"]["compare"]>,
): string {
  const quiet: ReadonlySet<string> = new Set(["no-difference-seen", "too-few-pairs"]);
  const different = figures.filter(({ conclusion }) => !quiet.has(conclusion)).length;
  const failed =
    failedLoads === undefined || failedLoads.baseline.failed + failedLoads.candidate.failed === 0
      ? ""
      : `, failed loads: ${failedLoads.candidate.failed} of ${failedLoads.candidate.of} of the candidate and ${failedLoads.baseline.failed} of ${failedLoads.baseline.of} of the baseline`;
  return `${countOf(pairs, "pair")} of ${baseline.version} and ${candidate.version}, ${different} of ${figures.length} figures differ${failed}`;
}

/** Replaces the installation by a new one. The environment file names it before anything is applied. */
async function install(
  context: StageContext,
  comparison: NonNullable<Environment["comparison"]>,
  version: string,
): Promise<Environment> {
  const { folder } = context;
  const environment: Environment = { ...context.environment, coderVersion: version, comparison };
  await writeJson(folder.environment, environment);
  // A key belongs to the database that it was made in: bootstrap makes another one.
  if (context.plan.size.provisioners === "external") await withdrawProvisioners(folder);
  await applyRelease({ ...context, environment });
  return environment;
}

/**
 * Throws when workspaces remain: the next installation cannot delete them, so this one stays for the drain.
 */
function refuseLeftovers({ workspaces }: LoadResult, release: Release): void {
  const left = workspaces.created - workspaces.deleted;
  if (left <= 0) return;
  throw new RefbenchError(
    "coder",
    `${countOf(left, "workspace")} of the ${release} load could not be deleted, so its version is not replaced: the drain deletes them`,
  );
}
