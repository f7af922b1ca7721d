import { environmentSchema } from "../../stacks/environment.ts";
import { rolePlacement } from "../../stacks/kubernetes/node-role.ts";
import { benchLabels } from "../../stacks/labels.ts";
import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import type { ListedCluster } from "../inventory/kubernetes/cluster.ts";
import type { ClusterPlace } from "../model/ports/cluster.ts";
import type { WorkerRunner } from "../model/ports/worker.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { provisionResult } from "../pipeline/stages/provision.ts";
import { RefbenchError } from "../tools/error.ts";
import { readJson, salvageJson } from "../tools/files/json-file.ts";
import { systemClock } from "../tools/time/clock.ts";
import { jobCluster } from "../workload/pods/cluster.ts";
import { generatorMemory, madeCluster } from "../workload/pods/generator-nodes.ts";
import type { JobPlace } from "../workload/pods/job-plan.ts";
import { jobWorkerRunner } from "../workload/pods/job-runner.ts";
import { podNeeds } from "../workload/pods/pod-needs.ts";
import { workerProgram } from "./worker-program.ts";

/** Opens the cluster of a place, such as the one that a run made. */
export type OpenCluster = (place: ClusterPlace) => Pick<ListedCluster, "open">;

/**
 * Returns workers in pods of the run's own cluster, on nodes that run nothing else. The cluster is looked for when
 * there is work, because provision makes it.
 */
export function generatorWorkers(
  folder: RunFolder,
  { plan, openCluster }: { readonly plan: Plan; readonly openCluster: OpenCluster },
): WorkerRunner {
  const open = async (signal: AbortSignal): Promise<WorkerRunner> => {
    const { cluster, place } = await generatorPlace(folder, plan);
    const access = await openCluster(cluster).open(signal);
    return jobWorkerRunner({
      cluster: jobCluster(cluster.cluster, access, systemClock),
      // Their taint keeps Coder off these nodes.
      apartFromCoder: () => Promise.resolve(true),
      place,
      program: workerProgram,
    });
  };
  return {
    bootstrap: async (task, options) => (await open(options.signal)).bootstrap(task, options),
    issueKey: async (task, options) => (await open(options.signal)).issueKey(task, options),
    load: async (task, options) => (await open(options.signal)).load(task, options),
    drain: async (task, options) => (await open(options.signal)).drain(task, options),
  };
}

/**
 * Returns the cluster of a run, and where in it the load comes from.
 * @throws RefbenchError `run_folder` before provision
 */
export async function generatorPlace(
  folder: RunFolder,
  { size }: Pick<Plan, "size">,
): Promise<{ readonly cluster: ClusterPlace; readonly place: JobPlace }> {
  const provisioned = await salvageJson(folder.result("provision"), provisionResult);
  const { place, outputs } = provisioned ?? {};
  if (place?.cluster === undefined || outputs?.load_namespace === undefined)
    throw new RefbenchError(
      "run_folder",
      `${folder.result("provision")} has no cluster with a namespace for the load: run "refbench stage provision --run ${folder.path}" first`,
    );
  const environment = await readJson(folder.environment, environmentSchema);
  const made = madeCluster(getArchitecture(environment.architecture));
  const { nodeSelector, tolerations } = rolePlacement("load");
  return {
    cluster: { ...place, cluster: place.cluster },
    place: {
      namespace: outputs.load_namespace,
      labels: benchLabels(environment),
      nodeSelector,
      tolerations: tolerations.map((each) => ({ ...each, operator: "Equal", effect: "NoSchedule" })),
      memoryMib: made === undefined ? undefined : generatorMemory(made, size),
      needs: podNeeds,
    },
  };
}
