import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MEASURING_METHOD, type RunRecord } from "../../model/record/record.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import type { StageContext } from "../context/context.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { clusterPlatform } from "../../model/record/shared-cluster.ts";
import { processorsOf } from "../measurement/machines.ts";
import { describePlatform } from "./describe-platform.ts";
import type { StageResults } from "./stage-results.ts";

/**
 * By which programs, versions and machines a run was measured; `unplayed` are planned faults that never happened, in a
 * final record.
 */
export async function recordedProvenance(
  context: StageContext,
  { preflight, provision, machines, others }: StageResults,
  unplayed: readonly string[] | undefined,
): Promise<RunRecord["provenance"]> {
  const { folder, plan, environment } = context;
  const { terraform, coderImageDigest, workspaceImageDigest } = preflight ?? {};
  const chartVersion =
    provision && (plan.comparison?.baseline.version ?? provision.outputs.coder_chart_version);
  return {
    refbench: plan.refbench,
    ...(terraform === undefined ? {} : { terraform }),
    providers: await lockedProviders(folder, provision?.stacks.map(({ name }) => name) ?? []),
    ...(chartVersion === undefined ? {} : { chartVersion }),
    ...(coderImageDigest === undefined ? {} : { coderImageDigest }),
    ...(workspaceImageDigest === undefined ? {} : { workspaceImageDigest }),
    ...(plan.coderChannel === undefined ? {} : { coderChannel: plan.coderChannel }),
    platform: {
      ...describePlatform(plan, environment),
      ...(machines === undefined ? {} : processorsOf(machines)),
      ...(others === undefined
        ? {}
        : { ...clusterPlatform(others), cluster: plan.cloud?.project ?? "unknown" }),
    },
    method: MEASURING_METHOD,
    node: plan.node,
    machine: plan.machine,
    ...(await recordedRehearsal(context, unplayed)),
  };
}

/** Includes the content of the fault file: the file goes with the folder, but the record stays. */
async function recordedRehearsal(
  { folder, plan: { rehearsal }, environment }: StageContext,
  unplayed: readonly string[] | undefined,
): Promise<Pick<RunRecord["provenance"], "rehearsal">> {
  if (rehearsal === undefined) return {};
  const { speed, buildSpeed, failBuilds, shellDelayMs, faults } = rehearsal;
  const planted =
    faults === undefined
      ? undefined
      : await salvageJson(join(folder.path, faults), z.record(z.string(), z.unknown()));
  return {
    rehearsal: {
      ...{ speed, buildSpeed, failBuilds, zone: environment.zone },
      ...(shellDelayMs === undefined ? {} : { shellDelayMs }),
      ...(faults === undefined ? {} : { faults }),
      ...(planted === undefined ? {} : { planted }),
      ...(unplayed === undefined || unplayed.length === 0 ? {} : { unplayed: [...unplayed] }),
    },
  };
}

/** Provider versions from Terraform's lock files. */
async function lockedProviders(
  folder: RunFolder,
  stacks: readonly string[],
): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const stack of stacks) {
    // eslint-disable-next-line no-restricted-syntax -- the record must be written even without a provider's version.
    const lock = await readFile(join(folder.stack(stack), ".terraform.lock.hcl"), "utf8").catch(() => "");
    for (const [, source, version] of lock.matchAll(
      /provider "[^"/]+\/([^"]+)" \{\s+version\s+= "([^"]+)"/g,
    )) {
      if (source !== undefined && version !== undefined) versions[source] = version;
    }
  }
  return z.record(z.string(), z.string()).parse(versions);
}
