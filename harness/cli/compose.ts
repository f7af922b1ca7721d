import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { openBucket } from "../inventory/buckets/open-bucket.ts";
import { systemClock } from "../model/clock.ts";
import { RefbenchError } from "../model/error.ts";
import type { Ports } from "../pipeline/context.ts";
import type { Plan } from "../pipeline/plan.ts";
import { Journal } from "../pipeline/journal.ts";
import type { RunFolder } from "../pipeline/run-folder.ts";
import { prepareTwin } from "../rehearsal/twin/environment.ts";
import { withInventoryFaults } from "../rehearsal/twin/faulty-inventory.ts";
import { readFaults } from "../rehearsal/twin/faults.ts";
import { findTwinId } from "../rehearsal/twin/identity.ts";
import { twinInventory } from "../rehearsal/twin/inventory-adapter.ts";
import { judge } from "../results/objectives.ts";
import { synthesize } from "../terraform/synthesize.ts";
import { createTerraform } from "../terraform/terraform.ts";
import { localShardRunner } from "../workload/local-runner.ts";
import { readTemplate } from "../../reference-architectures/template.ts";
import { spawnReaper } from "./spawn-reaper.ts";

/** How the twin settles: its controllers take seconds, compressed by `--speed`. */
const TWIN_SETTLE = { quietMs: 500, controllersMs: 20_000, pollMs: 100 };

/** Puts the layers together for one run. */
export async function composePorts(folder: RunFolder, plan: Plan, env: NodeJS.ProcessEnv): Promise<Ports> {
  const { rehearsal } = plan;
  if (rehearsal === undefined) {
    throw new RefbenchError(
      "usage",
      `${folder.path} is a real run, which this version of refbench cannot drive: rehearse it with --rehearse`,
    );
  }
  const { speed, buildSpeed, failBuilds, faults } = rehearsal;
  const twinRoot = await findTwin(folder, rehearsal);
  const faultsFile = faults === undefined ? undefined : readableFaults(join(folder.path, faults));
  const childEnv = await prepareTwin({
    root: twinRoot,
    speed,
    buildSpeed,
    failBuilds,
    ...(faultsFile === undefined ? {} : { faultsFile }),
    baseEnv: env,
  });
  return {
    clock: systemClock,
    terraform: createTerraform(),
    childEnv,
    synthesize,
    terraformSecrets: ({ databasePassword }) => ({ TF_VAR_db_password: databasePassword }),
    readTemplate,
    shard: localShardRunner(),
    inventory: withInventoryFaults(twinInventory(twinRoot), faultsFile),
    settle: TWIN_SETTLE,
    judge,
    ...(plan.mirror === undefined ? {} : { bucket: await openBucket(plan.mirror, env) }),
    spawnReaper,
  };
}

/** The run's faults, unless they were damaged since they were checked: a teardown needs none. */
function readableFaults(file: string): string | undefined {
  try {
    readFaults(file);
    return file;
  } catch {
    return undefined;
  }
}

/**
 * The twin that the run was made against, where it is now: a working folder may have been moved as a whole. Once
 * something may exist in it, a missing twin is never made anew: empty as it is, it would answer that nothing is left.
 */
export async function findTwin(
  folder: RunFolder,
  { twinRoot: recorded, twinId }: { readonly twinRoot: string; readonly twinId?: string | undefined },
): Promise<string> {
  const beside = join(dirname(dirname(resolve(folder.path))), "twin");
  const found = [recorded, beside].find(
    (root) => existsSync(join(root, "inventory")) && (twinId === undefined || findTwinId(root) === twinId),
  );
  if (found !== undefined) return found;
  const { entries, damaged } = await new Journal(folder.journal, systemClock).read();
  if (damaged.length === 0 && entries.length > 0 && !entries.some(({ type }) => type === "stack-intent"))
    return recorded;
  throw new RefbenchError(
    "inventory",
    `the twin of this run, ${recorded}, is not there, so nothing can say what is left: move it back there, or to ${beside}`,
  );
}
