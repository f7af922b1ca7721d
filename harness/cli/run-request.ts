import type { Command } from "commander";
import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { getArchitecture, type ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { Size } from "../../reference-architectures/architecture.ts";
import { RefbenchError } from "../tools/error.ts";
import type { RunRequest } from "../pipeline/making/make-run.ts";
import { ownNamespaces } from "../../stacks/kubernetes/names.ts";
import { countOf } from "../tools/count-text.ts";
import { RUN_ID_PATTERN } from "../model/run-id.ts";
import { machineVanishes, findMachineRefusal } from "../pipeline/lease/vanishing-machine.ts";
import { findRealCoder } from "../../rehearsal/real-coder/find-real-coder.ts";
import { twinPrograms } from "../../rehearsal/twin/environment.ts";
import { twinId } from "../../rehearsal/twin/identity.ts";
import { TWIN_PROJECT } from "../../reference-architectures/twin-project.ts";
import { createTerraform } from "../terraform/terraform.ts";
import { cloudRequestOf } from "../composition/cloud-request.ts";
import { type CoderVersion, resolveCoderVersion } from "../composition/settings/coder-channel.ts";
import { endpointsOf } from "../composition/settings/endpoints.ts";
import type { Io } from "../composition/settings/io.ts";
import { refbenchVersion, whyUnofficial } from "../composition/settings/refbench-version.ts";
import { type RunFlags } from "./options/run-options.ts";
import { runSettingsOf } from "./run-settings.ts";
import { workerProgram } from "../composition/worker-program.ts";
import { MAX_SEED, twinRoot } from "../composition/settings/defaults.ts";
import { checkFaultsFile } from "../../rehearsal/twin/faults.ts";

/** Reads the flags into what a run is asked for. Nothing is created. */
export async function runRequestOf(
  architecture: string,
  flags: RunFlags,
  io: Io,
  /** Whose command line the flags are of: a flag that says nothing here is refused, a variable is passed over. */
  command: Pick<Command, "getOptionValueSource">,
): Promise<RunRequest> {
  const settings = await runSettingsOf(architecture, flags, command, io.cwd);
  const { rehearse, size, overrides, runner, generators, coderVersion, clusterAccess, tls } = settings;
  refuseFooting(architecture, flags, io);
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(flags.owner)) {
    throw new RefbenchError(
      "usage",
      `--owner is "${flags.owner}", expected a label value of lower-case letters, digits, "-" and "_"`,
    );
  }
  // Asked here too, since nothing may be made for a run that cannot start.
  await createTerraform().version({ env: io.env, signal: new AbortController().signal });
  // Likewise what this process and a teardown start: an installation or a disk may have no place for it.
  await Promise.all([workerProgram(), rehearse ? twinPrograms() : undefined]);
  const refbench = await refbenchVersion();
  const why = rehearse && refbench.commit !== undefined ? undefined : whyUnofficial(refbench);
  if (why !== undefined) io.stderr.write(`refbench: ${why}\n`);
  const origin = { ...(await comparisonOf(architecture, flags)), ...nightOf(flags) };
  const asked = rehearse ? await rehearsalOf(size, flags, io) : await cloudRequestOf(settings, flags, io);
  if ("cloud" in asked) {
    refuseEmulatedPods(architecture, { generators, cloud: asked.cloud });
    writeCluster(asked, io);
  }
  return {
    architecture,
    size: flags.size,
    overrides,
    operator: flags.owner,
    ttlMs: flags.ttl,
    ...(flags.keepOnFailure === undefined
      ? {}
      : { keepOnFailure: { ms: flags.keepOnFailure, max: flags.keepMax } }),
    ...(flags.maxCost === undefined ? {} : { maxCost: flags.maxCost }),
    ...(flags.mirror === undefined ? {} : { mirror: flags.mirror }),
    ...(flags.state === undefined ? {} : { stateBucket: flags.state }),
    runner,
    ...(generators === undefined ? {} : { generators }),
    ...(coderVersion === undefined ? {} : { coderVersion: withChannel(coderVersion, flags) }),
    ...origin,
    ...(clusterAccess === undefined ? {} : { clusterAccess }),
    tls,
    ...asked,
    refbench,
  };
}

/** The clusters of an emulated cloud have no API server. */
function refuseEmulatedPods(
  architecture: string,
  { generators, cloud }: { readonly generators: number | undefined; readonly cloud: RunRequest["cloud"] },
): void {
  if (generators === undefined || cloud?.emulated !== true) return;
  throw new RefbenchError(
    "usage",
    `--runner job needs pods, which the cluster of an emulated cloud does not run: omit it for ${architecture}, or unset ${Object.keys(cloud.endpoints).join(", ")}`,
  );
}

/** Shows which cluster was named, before anything is created in it. */
function writeCluster({ cloud, ownCluster }: Pick<RunRequest, "cloud" | "ownCluster">, { stderr }: Io): void {
  if (cloud?.cluster === undefined) return;
  const { kubeconfig, context, server } = cloud.cluster;
  const nodes = countOf(ownCluster?.workspaceNodes ?? 0, "node");
  const roles = Object.keys(ownNamespaces({ runId: "" })).join(", ");
  stderr.write(
    `refbench: your cluster is context "${context}" of ${kubeconfig}: ${server}, ${nodes}; the run makes its own namespaces bench-<run>-… for ${roles}, and removes them\n`,
  );
}

async function rehearsalOf(
  size: ResolvedSize,
  flags: RunFlags,
  io: Io,
): Promise<Pick<RunRequest, "rehearsal" | "project" | "zone">> {
  const { cwd } = io;
  const { speed, buildSpeed, failBuilds, shellDelay, faults } = flags;
  const root = twinRoot(cwd);
  const faultsFile = faults === undefined ? undefined : checkFaultsFile(resolve(cwd, faults));
  return {
    rehearsal: {
      twinRoot: root,
      twinId: twinId(root),
      speed,
      buildSpeed,
      failBuilds,
      ...(shellDelay === undefined ? {} : { shellDelayMs: shellDelay }),
      faultsFile,
      ...(await realCoderOf(size.figures, flags, io)),
    },
    project: TWIN_PROJECT,
    ...(flags.zone === undefined ? {} : { zone: flags.zone }),
  };
}

/** A night asks for a channel once, and starts its runs with the version that it found. */
function withChannel(
  version: CoderVersion,
  { coderChannel }: Pick<RunFlags, "coderChannel">,
): NonNullable<RunRequest["coderVersion"]> {
  return { ...version, ...(coderChannel === undefined ? {} : { channel: coderChannel }) };
}

/** Two versions to compare, where their architecture can have one in the other's place. */
async function comparisonOf(
  architecture: string,
  { compare, pairs, seed, rehearse = false, coderServer }: RunFlags,
): Promise<Pick<RunRequest, "comparison">> {
  if (compare === undefined) {
    if (seed === undefined) return {};
    throw new RefbenchError(
      "usage",
      `--seed is ${seed}, but only a comparison has an order: add --compare, or remove --seed`,
    );
  }
  const [baseline, candidate, ...others] = compare.split(",").map((part) => part.trim());
  if (baseline === undefined || candidate === undefined || candidate === "" || others.length > 0) {
    throw new RefbenchError(
      "usage",
      `--compare is "${compare}", expected two versions such as stable,mainline`,
    );
  }
  if (getArchitecture(architecture).carriedBy !== "gke") {
    throw new RefbenchError(
      "usage",
      `--compare needs a database for each version beside one another, which only gke has: ${architecture} cannot be compared in one environment; run it twice and see "refbench results compare"`,
    );
  }
  if (coderServer !== undefined) {
    throw new RefbenchError(
      "usage",
      "--coder-server is one version of Coder and cannot be combined with --compare: remove one of the two",
    );
  }
  const [one, other] = await Promise.all(
    [baseline, candidate].map((asked) => resolveCoderVersion(asked, { rehearse })),
  );
  return {
    comparison: {
      baseline: { asked: baseline, version: one?.version ?? baseline },
      candidate: { asked: candidate, version: other?.version ?? candidate },
      pairs,
      seed: seed ?? randomInt(MAX_SEED),
    },
  };
}

/** The night that started this run, and the run that this one replaces. */
function nightOf({
  night,
  failedOver,
}: Pick<RunFlags, "night" | "failedOver">): Pick<RunRequest, "origin" | "failedOver"> {
  if (night === undefined) return {};
  if (!RUN_ID_PATTERN.test(night))
    throw new RefbenchError(
      "usage",
      `--night is "${night}", expected the id of a night: "refbench nightly" gives it`,
    );
  return { origin: { kind: "nightly", night }, ...(failedOver === undefined ? {} : { failedOver }) };
}

async function realCoderOf(
  { workspaces, concurrentBuilds, coderTraces, provisioners }: Size,
  { coderServer, coderProviderMirror }: RunFlags,
  { cwd, env }: Io,
): Promise<Pick<NonNullable<RunRequest["rehearsal"]>, "coder">> {
  if (coderServer === undefined) {
    if (coderTraces === "off") return {};
    throw new RefbenchError(
      "usage",
      `coderTraces is "${coderTraces}", but the emulator of --rehearse makes no spans of Coder: add --coder-server, or remove the --set`,
    );
  }
  if (provisioners === "external")
    throw new RefbenchError(
      "usage",
      "--coder-server cannot be combined with a size of external provisioners: they need a licence, and the server on this machine has none; remove --coder-server, or choose a size with provisioners=builtin",
    );
  const load = { workspaces, daemons: concurrentBuilds };
  return {
    coder: await findRealCoder({ binary: coderServer, providerMirror: coderProviderMirror, cwd, env, load }),
  };
}

/** Refuses a place for state and journal that would not be there when they are needed. */
function refuseFooting(architecture: string, flags: RunFlags, { env }: Io): void {
  const { rehearse = false, state, mirror } = flags;
  if (state !== undefined && rehearse) {
    throw new RefbenchError(
      "usage",
      `--state is "${state}", but the twin of --rehearse has no buckets and keeps state in the run's folder: remove --state (REFBENCH_STATE); --mirror works with both`,
    );
  }
  if (state?.startsWith("file:") === true) {
    throw new RefbenchError(
      "usage",
      `--state is "${state}", expected gs://bucket/prefix or s3://bucket/prefix`,
    );
  }
  const refusal = findMachineRefusal({
    vanishes: machineVanishes(env),
    simulated: rehearse,
    emulatedCloud: endpointsOf(getArchitecture(architecture).cloud, env).emulated,
    stateBucket: state,
    mirror,
  });
  if (refusal !== undefined) throw new RefbenchError("usage", refusal);
}
