import { environmentSchema } from "../../stacks/environment.ts";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import type { Inventory } from "../model/ports/inventory.ts";
import type { Ports } from "../pipeline/context/context.ts";
import { readJson } from "../tools/files/json-file.ts";
import { clusterOfPlan, type Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { findSecrets } from "../pipeline/folder/secrets.ts";
import { askPreflight } from "./preflight/ask.ts";

/** Returns the checks of `refbench preflight` for an existing run, with its id, place and licence. */
export function composeChecks(
  folder: RunFolder,
  {
    plan,
    env,
    inventory,
  }: { readonly plan: Plan; readonly env: NodeJS.ProcessEnv; readonly inventory: Inventory },
): Ports["checks"] {
  return async (signal) => {
    const {
      architecture,
      size: name,
      overrides,
      runId,
      tls,
      clusterAccess,
      ownCluster,
      generators,
      region,
      zone,
    } = await readJson(folder.environment, environmentSchema);
    const licence = (await findSecrets(folder))?.licence;
    const { cloud } = plan;
    const report = await askPreflight(
      {
        size: { ...resolveSize(architecture, name, overrides), figures: plan.size },
        rehearse: cloud === undefined,
        project: cloud?.provider === "google" ? cloud.project : undefined,
        account: cloud?.provider === "aws" ? cloud.project : undefined,
        ownCluster,
        fail: new Set(),
        skip:
          cloud === undefined || cloud.skippedChecks.length === 0 ? undefined : cloud.skippedChecks.join(","),
        licence,
        run: {
          ...{ runId, plan, inventory },
          ...(cloud?.provider === "kubernetes" ? { cluster: clusterOfPlan(cloud) } : {}),
        },
        runner: plan.runner,
        generators: generators?.nodes,
        tls: tls !== undefined,
        clusterCidrs: clusterAccess?.cidrs ?? [],
        place: cloud === undefined ? { region, zone } : { region: cloud.region, zone: cloud.zone },
      },
      { env, cwd: folder.path },
      signal,
    );
    return report.checks;
  };
}
