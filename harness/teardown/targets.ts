import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { awsInventory } from "../inventory/aws/inventory.ts";
import { googleAuth } from "../inventory/google/auth.ts";
import { googleEndpoints } from "../inventory/google/endpoints.ts";
import { googleInventory } from "../inventory/google/inventory.ts";
import { ownClusterTarget } from "../composition/own-cluster/sweep-target.ts";
import { awsOwnerMarker } from "../inventory/sweep/owner-marker/aws.ts";
import { googleOwnerMarker } from "../inventory/sweep/owner-marker/google.ts";
import { noOwner, type OwnerMarker } from "../inventory/sweep/owner-marker/owner-marker.ts";
import type { SweepTarget } from "../inventory/sweep/question.ts";
import { salvageJson } from "../tools/files/json-file.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import { listRunFolders } from "../pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../pipeline/record/run-record.ts";
import { findTwinId } from "../../rehearsal/twin/identity.ts";
import { twinIfAny, twinInventory } from "../../rehearsal/twin/inventory-adapter.ts";
import type { Io } from "../composition/settings/io.ts";
import { twinRoot } from "../composition/settings/defaults.ts";

/** The flags that say where to sweep. */
export interface TargetFlags {
  readonly rehearse?: boolean;
  readonly project?: string;
  readonly account?: string;
  readonly region?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A place to sweep, with the check whether its owner allows refbench. */
export interface GuardedTarget extends SweepTarget {
  readonly marker: OwnerMarker;
}

export interface ChosenTargets {
  readonly simulated: boolean;
  readonly targets: readonly GuardedTarget[];
}

/** Controllers take seconds in the twin and minutes in a cloud. */
const TWIN_SETTLE = { quietMs: 500, pollMs: 100 };
const CLOUD_SETTLE = { quietMs: 30_000, pollMs: 5_000, patienceMs: 20 * 60_000 };

/**
 * The twin with `--rehearse`, or the named clouds. With neither, the twin of this folder if it exists: a sweep
 * must work after everything was killed. A real cloud is touched only if it is named.
 */
export async function chooseTargets(flags: TargetFlags, io: Io): Promise<ChosenTargets> {
  if (flags.rehearse === true) return { simulated: true, targets: [await twin(io)] };
  const pinned = [...google(flags, io), ...aws(flags, io), ...(await ownCluster(flags, io))];
  if (pinned.length === 0 && existsSync(join(twinRoot(io.cwd), "inventory"))) {
    return { simulated: true, targets: [await twin(io)] };
  }
  if (pinned.length > 0) return { simulated: false, targets: pinned };
  throw new RefbenchError(
    "usage",
    "sweep needs a target: --rehearse for the twin of this folder, --project for Google, --account and --region for AWS, or --context for a cluster of your own",
  );
}

/** While a rehearsal of this folder has not ended clean, a missing twin does not count as empty. */
async function twin({ cwd }: Io): Promise<GuardedTarget> {
  const root = twinRoot(cwd);
  const inventory = (await hasOpenRehearsal(cwd)) ? twinInventory(root, findTwinId(root)) : twinIfAny(root);
  return { name: "twin", inventory, settle: TWIN_SETTLE, marker: noOwner };
}

async function hasOpenRehearsal(cwd: string): Promise<boolean> {
  for (const folder of await listRunFolders(cwd)) {
    const plan = await salvageJson(folder.plan, planSchema);
    // eslint-disable-next-line no-restricted-syntax -- without a record its rehearsal counts as not ended.
    const record = await findFinalRecord(folder).catch(() => undefined);
    if (plan?.simulated !== false && record?.teardown.state !== "clean") return true;
  }
  return false;
}

function google({ project }: TargetFlags, { env }: Io): readonly GuardedTarget[] {
  if (project === undefined || project === "") return [];
  const options = { auth: googleAuth(env), endpoints: googleEndpoints(env), clock: systemClock };
  return [
    {
      name: `google/${project}`,
      inventory: googleInventory({ project, ...options }),
      settle: CLOUD_SETTLE,
      marker: googleOwnerMarker(project, options),
    },
  ];
}

async function ownCluster({ kubeconfig, context }: TargetFlags, io: Io): Promise<readonly GuardedTarget[]> {
  return context === undefined || context === "" ? [] : [await ownClusterTarget({ kubeconfig, context }, io)];
}

function aws({ account, region: flag }: TargetFlags, { env }: Io): readonly GuardedTarget[] {
  if (account === undefined || account === "") return [];
  const region = flag ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  if (!/^\d{12}$/.test(account)) {
    throw new RefbenchError(
      "usage",
      `--account is "${account}", expected the twelve digits of an AWS account`,
    );
  }
  if (region === undefined || region === "") {
    throw new RefbenchError(
      "usage",
      "--account needs --region: a region's resources can be listed only there",
    );
  }
  return [
    {
      name: `aws/${account}/${region}`,
      inventory: awsInventory({ account, region, env }),
      settle: CLOUD_SETTLE,
      marker: awsOwnerMarker({ account, region, env, clock: systemClock }),
    },
  ];
}
