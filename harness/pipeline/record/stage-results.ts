import { sharedCluster } from "../../model/record/shared-cluster.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import { loadResult } from "../../model/record/worker-result.ts";
import { recordNetwork, type Network } from "../../model/observation/network.ts";
import type { Observation } from "../../model/observation/observation.ts";
import type { Measurements } from "../../model/record/record.ts";
import type { StageContext } from "../context/context.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { machinesResult } from "../measurement/machines.ts";
import { readObservation } from "../measurement/observation.ts";
import { recordedMeasurements } from "../measurement/recorded-measurements.ts";
import { storedBootstrapResult } from "../stages/bootstrap.ts";
import { nodesResult } from "../stages/node-changes.ts";
import { preflightResult } from "../stages/preflight.ts";
import { provisionResult } from "../stages/provision.ts";

/** The results that the stages left in the run's folder; a damaged or missing one is undefined. */
export async function readStageResults(folder: RunFolder) {
  return {
    preflight: await salvageJson(folder.result("preflight"), preflightResult),
    provision: await salvageJson(folder.result("provision"), provisionResult),
    bootstrap: await salvageJson(folder.result("bootstrap"), storedBootstrapResult),
    machines: await salvageJson(folder.result("machines"), machinesResult),
    others: await salvageJson(folder.result("others"), sharedCluster),
    nodes: await salvageJson(folder.result("nodes"), nodesResult),
  };
}

/** Results of stages, each undefined until its stage has left it. */
export type StageResults = Awaited<ReturnType<typeof readStageResults>>;

/** The measurements of the load, if it left any, what was observed meanwhile, and the network that it used. */
export async function readMeasurements({ folder, plan }: StageContext): Promise<{
  readonly measured: Measurements | undefined;
  readonly observation: Observation | undefined;
  readonly network: Network;
}> {
  const result = await salvageJson(folder.result("load"), loadResult.loose());
  const observation = await readObservation(folder, result?.observation);
  return {
    measured: result === undefined ? undefined : recordedMeasurements(plan, result),
    observation,
    network: recordNetwork(result?.network, observation),
  };
}
