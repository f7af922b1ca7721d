import { join } from "node:path";
import { childEnvironment } from "../model/environment/child-environment.ts";
import type { PreflightFinding } from "../model/ports/preflight-finding.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { prepareTwin } from "../../rehearsal/twin/environment.ts";
import { twinCluster } from "../../rehearsal/twin/cluster.ts";
import { readFaults } from "../../rehearsal/twin/faults.ts";
import { withInventoryFaults } from "../../rehearsal/twin/faulty-inventory.ts";
import { findUnplayedFaults } from "../../rehearsal/twin/planned-faults.ts";
import { readTwinMachines } from "../../rehearsal/twin/machines.ts";
import { twinInventory } from "../../rehearsal/twin/inventory-adapter.ts";
import { withPostgres } from "../../rehearsal/real-coder/find-real-coder.ts";
import { twinObserver } from "./observer/twin.ts";
import { composeChecks } from "./compose-checks.ts";
import { checkRehearsalMemory } from "./preflight/rehearsal-memory.ts";
import { composeWorkers } from "./compose-workers.ts";
import type { PlacePorts } from "./place-ports.ts";
import { findTwin } from "./find-twin.ts";

/** How long the twin takes to settle: its controllers take seconds, compressed by `--speed`. */
const TWIN_SETTLE = { quietMs: 500, controllersMs: 20_000, pollMs: 100 };

/** The ports of a rehearsal. */
export async function composeTwin(
  folder: RunFolder,
  {
    plan,
    rehearsal,
    env,
  }: {
    readonly plan: Plan;
    readonly rehearsal: NonNullable<Plan["rehearsal"]>;
    readonly env: NodeJS.ProcessEnv;
  },
): Promise<PlacePorts> {
  const { speed, buildSpeed, failBuilds, shellDelayMs, faults } = rehearsal;
  const twinRoot = await findTwin(folder, rehearsal);
  const faultsFile = faults === undefined ? undefined : findReadableFaults(join(folder.path, faults));
  const childEnv = await prepareTwin({
    root: twinRoot,
    speed,
    buildSpeed,
    failBuilds,
    shellDelayMs,
    ...(faultsFile === undefined ? {} : { faultsFile }),
    ...(rehearsal.coder === undefined ? {} : { coder: withPostgres(rehearsal.coder, env) }),
    baseEnv: childEnvironment("terraform", env),
  });
  const inventory = withInventoryFaults(twinInventory(twinRoot, rehearsal.twinId), faultsFile);
  return {
    childEnv,
    worker: composeWorkers(folder, { plan, env: childEnv, twinRoot }),
    inventory,
    settle: TWIN_SETTLE,
    checks: async (signal) => [
      ...(await composeChecks(folder, { plan, env: childEnv, inventory })(signal)),
      ...memoryFindings(plan, rehearsal),
    ],
    cluster: (place) => twinCluster(twinRoot, place, faultsFile),
    observer: twinObserver(twinRoot, plan.runId),
    machines: () => readTwinMachines(twinRoot, plan.runId),
    ...(faultsFile === undefined ? {} : { unplayedFaults: () => findUnplayedFaults(faultsFile) }),
  };
}

/** A real Coder has its own needs, which nothing here knows. */
function memoryFindings(plan: Plan, { coder }: NonNullable<Plan["rehearsal"]>): PreflightFinding[] {
  if (coder !== undefined) return [];
  const freeMib = Math.floor(process.availableMemory() / 2 ** 20);
  return [checkRehearsalMemory(plan.size, freeMib)];
}

/** The run's faults file, or undefined if it was damaged after the check: a teardown does not need faults. */
function findReadableFaults(file: string): string | undefined {
  try {
    readFaults(file);
    return file;
  } catch {
    return undefined;
  }
}
