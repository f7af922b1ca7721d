import type { CloudOutputs } from "../../../stacks/outputs.ts";
import type { ClusterPlace } from "../../model/ports/cluster.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { TerraformOptions, TerraformSummary } from "../../model/ports/terraform.ts";
import { failureKindOf } from "../../model/cloud/terraform-failure.ts";
import { noteWhatExists } from "../context/ask-inventory.ts";
import { awaitControlPlane } from "./await-control-plane.ts";
import type { StageContext } from "../context/context.ts";
import { countingOptions } from "../folder/resource-counts.ts";
import { findSecrets } from "../folder/secrets.ts";
import { CLUSTER_STACK, withTerraform } from "./stack-terraform.ts";

/** How often a stack in a cluster is reapplied after connection errors. */
const APPLIED_AGAIN = 2;

export interface Applied {
  readonly resources: number;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Applies a stack. For a stack in a cluster, waits for the control plane first, and reapplies if it went away
 * meanwhile.
 */
export async function applyStack(
  context: StageContext,
  stack: string,
  place: CloudOutputs | undefined,
): Promise<Applied> {
  const { folder, ports, report, signal } = context;
  if ((await findSecrets(folder)) === undefined)
    throw new RefbenchError(
      "run_folder",
      `secrets.json of the run's folder is missing or damaged: ${stack} cannot be applied without the run's secrets; end this run with "refbench teardown" and start another one`,
    );
  const within = clusterPlaceOf(context, place);
  if (!stack.endsWith(CLUSTER_STACK) || ports.cluster === undefined || within === undefined)
    return applyOnce(context, stack);
  const cluster = ports.cluster(within);
  let resources = 0;
  for (let again = 0; ; again += 1) {
    // A cluster of the user's own was not just made.
    if (again > 0 || place !== undefined) await awaitControlPlane(context, cluster, within.cluster);
    if (again > 0) {
      const forgotten = await cluster.forgetUnfinishedReleases(signal);
      const releases =
        forgotten.length === 0 ? "" : `, without the unfinished release ${forgotten.join(", ")}`;
      const message = `${stack}: the cluster's control plane went away; reapplying the stack${releases}`;
      report({ type: "note", level: "warning", message });
    }
    try {
      const applied = await applyOnce(context, stack, (created) => (resources += created));
      return { ...applied, resources: resources + applied.resources };
    } catch (error) {
      if (signal.aborted || again >= APPLIED_AGAIN || failureKindOf(error) !== "unreachable") throw error;
    }
  }
}

/** The cluster that an earlier stack made, or the user's own. */
function clusterPlaceOf(
  { environment: { ownCluster, project, region, zone } }: StageContext,
  place: CloudOutputs | undefined,
): ClusterPlace | undefined {
  if (place?.cluster !== undefined) return { ...place, cluster: place.cluster };
  return ownCluster === undefined ? undefined : { project, region, zone, cluster: ownCluster.context };
}

async function applyOnce(
  context: StageContext,
  stack: string,
  onFailed: (created: number) => void = () => undefined,
): Promise<Applied> {
  const { folder, ports, journal, report } = context;
  const directory = folder.stack(stack);
  let counted = (): number => 0;
  const summary = await withTerraform(context, stack, async (given) => {
    const counting = countingOptions(given, "apply");
    counted = counting.counted;
    const { options } = counting;
    await ports.terraform.init(directory, options);
    await lockElsewhere(context, stack, options);
    await journal.append({ type: "stack-intent", stack, act: "apply" });
    return ports.terraform.apply(directory, {
      ...options,
      onPlanned: (planned: TerraformSummary) =>
        report({ type: "terraform.planned", stack, summary: planned }),
    });
  }).catch(async (error: unknown) => {
    onFailed(counted());
    await journal.append({ type: "stack-outcome", stack, act: "apply", ok: false, resources: counted() });
    await noteWhatExists(context);
    throw error;
  });
  await journal.append({ type: "stack-outcome", stack, act: "apply", ok: true, resources: summary.add });
  const outputs = await withTerraform(context, stack, (options) =>
    ports.terraform.output(directory, options),
  );
  return { resources: summary.add, outputs };
}

/**
 * Adds provider hashes for other platforms. Without them an init on such a platform fails, and so does a
 * teardown there. Missing hashes are reported and do not prevent the start.
 */
async function lockElsewhere(
  { folder, ports, report }: StageContext,
  stack: string,
  options: TerraformOptions,
): Promise<void> {
  const locks = (await ports.lockProviders?.(folder.stack(stack), options)) ?? [];
  for (const { platform, reason } of locks.filter(({ locked }) => !locked)) {
    const message = `${stack} has no provider hashes for ${platform}, so a teardown there first needs "terraform init -upgrade": ${reason ?? "no reason given"}`;
    report({ type: "note", level: "warning", message });
  }
}
