import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { TWIN_PROJECT } from "../../../reference-architectures/twin-project.ts";
import { twinOwnCluster } from "../../../stacks/environment.ts";
import { refbenchVersion } from "../../composition/settings/refbench-version.ts";
import type { RunSettings } from "../../composition/settings/run-settings.ts";
import { draftEnvironment, type RunRequest } from "../../pipeline/making/make-run.ts";
import { sortByDependencies } from "../../pipeline/stages/provision.ts";
import { synthesize } from "../../terraform/synthesize.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { systemClock } from "../../tools/time/clock.ts";

/** One stack as it was synthesized. */
export interface DraftedStack {
  readonly name: string;
  readonly json: unknown;
}

/**
 * Synthesizes the stacks that a run with these settings would apply, in the order of its applies. Needs a temporary
 * folder only; asks no cloud and no cluster.
 */
export async function draftStacks(
  settings: RunSettings,
  {
    project,
    env,
    signal,
  }: { readonly project?: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<readonly DraftedStack[]> {
  const request = await requestOf(settings, project);
  const environment = await draftEnvironment(systemClock, request);
  const directory = await mkdtemp(join(tmpdir(), "refbench-plan-"));
  try {
    const environmentFile = join(directory, "environment.json");
    await writeFile(environmentFile, JSON.stringify(environment));
    const made = await synthesize({ environmentFile, directory, env, signal });
    return await Promise.all(
      sortByDependencies(made).map(async (name) => ({
        name,
        json: parseJson(await readFile(join(directory, name, "cdk.tf.json"), "utf8")),
      })),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A run's request without what only a run has: nobody is asked which account or cluster it is. */
async function requestOf(settings: RunSettings, project = TWIN_PROJECT): Promise<RunRequest> {
  const { size, overrides, place, runner, generators, coderVersion, clusterAccess, tls, rehearse } = settings;
  const architecture = getArchitecture(size.architecture);
  return {
    architecture: size.architecture,
    size: size.name,
    overrides,
    operator: "plan",
    ttlMs: 0,
    project,
    cloud: {
      provider: architecture.cloud,
      ...{ project, ...place },
      ...{ endpoints: {}, emulated: rehearse, stacks: "", skippedChecks: [], skippedCanary: false },
    },
    runner,
    tls,
    ...(generators === undefined ? {} : { generators }),
    ...(coderVersion === undefined ? {} : { coderVersion }),
    ...(clusterAccess === undefined ? {} : { clusterAccess }),
    ...(architecture.carriedBy === "own-cluster"
      ? // Its place is not looked up: the stacks need a name of it only.
        { ownCluster: { ...twinOwnCluster(size.figures), ...settings.ownCluster } }
      : {}),
    refbench: await refbenchVersion(),
  };
}
