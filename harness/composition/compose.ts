import { openBucket } from "../inventory/buckets/open-bucket.ts";
import { systemClock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import type { Ports } from "../pipeline/context/context.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { readLocalTemplate } from "../../rehearsal/real-coder/read-template.ts";
import { compareLoads } from "../results/statistics/compare-loads.ts";
import { judge } from "../results/judge/objectives.ts";
import { assess } from "../results/assess.ts";
import { auditReason, selfAudit } from "../results/self-audit/self-audit.ts";
import { synthesize } from "../terraform/synthesize.ts";
import { createTerraform } from "../terraform/terraform.ts";
import { readTemplate } from "../../reference-architectures/template.ts";
import { composeCloud } from "./compose-cloud.ts";
import { composeTwin } from "./compose-twin.ts";
import { withoutLicence } from "./settings/read-licence.ts";
import { spawnReaper } from "./spawn-reaper.ts";
import { terraformSecrets } from "./terraform-secrets.ts";
import type { PlacePorts } from "./place-ports.ts";

/** Composes the ports of one run in any process: everything but the credentials comes from its plan. */
export async function composePorts(folder: RunFolder, plan: Plan, env: NodeJS.ProcessEnv): Promise<Ports> {
  return {
    clock: systemClock,
    terraform: createTerraform(),
    synthesize,
    terraformSecrets,
    readTemplate: plan.rehearsal?.coder === undefined ? readTemplate : () => readLocalTemplate(),
    judge,
    selfAudit: (record) => auditReason(selfAudit(record)),
    assess,
    compare: compareLoads,
    trace: async (traced, path) => {
      // OpenTelemetry's SDK is loaded where spans are made, at the end of a run.
      const { keepTraces } = await import("../results/traces/keep-traces.ts");
      return keepTraces(traced, { folder: path, env });
    },
    ...(plan.mirror === undefined ? {} : { bucket: await openBucket(plan.mirror, env) }),
    spawnReaper,
    ...(await composePlace(folder, plan, withoutLicence(env))),
  };
}

async function composePlace(folder: RunFolder, plan: Plan, env: NodeJS.ProcessEnv): Promise<PlacePorts> {
  const { rehearsal, cloud } = plan;
  if (rehearsal !== undefined) return composeTwin(folder, { plan, rehearsal, env });
  if (cloud !== undefined) return composeCloud(folder, { plan, cloud, env });
  throw new RefbenchError(
    "usage",
    `${folder.plan} names neither a cloud nor a twin, so the place of the run is not known: restore the file from a copy`,
  );
}
