import type { Command } from "commander";
import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { parseOverrides } from "../../reference-architectures/override.ts";
import type { Size } from "../../reference-architectures/architecture.ts";
import { RefbenchError } from "../model/error.ts";
import type { RunRequest } from "../pipeline/make-run.ts";
import { RUN_ID_PATTERN } from "../model/run-id.ts";
import { machineVanishes, refusalOf } from "../pipeline/vanishing-machine.ts";
import { findRealCoder } from "../rehearsal/real-coder/find-real-coder.ts";
import { twinPrograms } from "../rehearsal/twin/environment.ts";
import { twinId } from "../rehearsal/twin/identity.ts";
import { TWIN_PROJECT } from "../rehearsal/twin/project.ts";
import { createTerraform } from "../terraform/terraform.ts";
import { cloudRequestOf } from "./cloud-request.ts";
import { resolveCoderVersion } from "./coder-channel.ts";
import { clusterAccessOf } from "./cluster-access.ts";
import { endpointsOf } from "./endpoints.ts";
import type { Io } from "./io.ts";
import { refbenchVersion, whyUnofficial } from "./refbench-version.ts";
import { checkedFaults, MAX_SEED, twinRoot, type RunFlags } from "./run-options.ts";
import { shardProgram } from "./shard-program.ts";
import { tlsOf } from "./tls-option.ts";

/** Reads the flags into what a run is asked for. Nothing is created. */
export async function runRequestOf(
  architecture: string,
  flags: RunFlags,
  io: Io,
  /** Whose command line the flags are of: a flag that says nothing here is refused, a variable is passed over. */
  command: Pick<Command, "getOptionValueSource">,
): Promise<RunRequest> {
  const rehearse = flags.rehearse === true;
  const overrides = parseOverrides(flags.set);
  const size = resolveSize(architecture, flags.size, overrides);
  refuseOthersFlags(architecture, rehearse, command);
  const access = clusterAccessOf(architecture, flags, command);
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
  await Promise.all([shardProgram(), rehearse ? twinPrograms() : undefined]);
  const refbench = await refbenchVersion();
  const why = rehearse && refbench.commit !== undefined ? undefined : whyUnofficial(refbench);
  if (why !== undefined) io.stderr.write(`refbench: ${why}\n`);
  return {
    architecture,
    size: flags.size,
    overrides,
    owner: flags.owner,
    ttlMs: flags.ttl,
    ...(flags.keepOnFailure === undefined
      ? {}
      : { keepOnFailure: { ms: flags.keepOnFailure, max: flags.keepMax } }),
    ...(flags.maxCost === undefined ? {} : { maxCost: flags.maxCost }),
    ...(flags.mirror === undefined ? {} : { mirror: flags.mirror }),
    ...(flags.state === undefined ? {} : { stateBucket: flags.state }),
    runner: flags.runner,
    ...(await coderVersionOf(flags)),
    ...(await comparisonOf(architecture, flags)),
    ...nightOf(flags),
    ...access,
    ...tlsOf(flags),
    ...(rehearse ? await rehearsalOf(size, flags, io) : await cloudRequestOf(size, flags, io)),
    refbench,
  };
}

async function rehearsalOf(
  size: ReturnType<typeof resolveSize>,
  flags: RunFlags,
  io: Io,
): Promise<Pick<RunRequest, "rehearsal" | "project" | "zone">> {
  const { cwd } = io;
  const { speed, buildSpeed, failBuilds, shellDelay, faults } = flags;
  const root = twinRoot(cwd);
  const faultsFile = faults === undefined ? undefined : checkedFaults(resolve(cwd, faults));
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

async function coderVersionOf({
  coderVersion,
  coderChannel,
  rehearse = false,
}: Pick<RunFlags, "coderVersion" | "coderChannel" | "rehearse">): Promise<Pick<RunRequest, "coderVersion">> {
  if (coderVersion === undefined) return {};
  const resolved = await resolveCoderVersion(coderVersion, { rehearse });
  return { coderVersion: { ...resolved, ...(coderChannel === undefined ? {} : { channel: coderChannel }) } };
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
      `--seed is ${seed}, but only a comparison has an order to draw: add --compare, or leave it out`,
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
    throw new RefbenchError("usage", "--coder-server is one version of Coder: leave it or --compare out");
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

/** What `refbench nightly` tells the runs that it starts. */
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
  { workspaces, concurrentBuilds }: Size,
  { coderServer, coderProviderMirror }: RunFlags,
  { cwd, env }: Io,
): Promise<Pick<NonNullable<RunRequest["rehearsal"]>, "coder">> {
  if (coderServer === undefined) return {};
  const load = { workspaces, daemons: concurrentBuilds };
  return {
    coder: await findRealCoder({ binary: coderServer, providerMirror: coderProviderMirror, cwd, env, load }),
  };
}

const ONLY_REHEARSALS = {
  coderServer: "--coder-server",
  coderProviderMirror: "--coder-provider-mirror",
  speed: "--speed",
  buildSpeed: "--build-speed",
  failBuilds: "--fail-builds",
  shellDelay: "--shell-delay",
  faults: "--faults",
} as const;
const ONLY_REAL_RUNS = {
  project: "--project",
  account: "--account",
  region: "--region",
  skipCanary: "--skip-canary",
  skipPreflight: "--skip-preflight",
} as const;

/** A flag that has nothing to say in this kind of run was meant for another: what else was meant differently? */
function refuseOthersFlags(
  architecture: string,
  rehearse: boolean,
  command: Pick<Command, "getOptionValueSource">,
): void {
  const given = (flags: Readonly<Record<string, string>>): string | undefined =>
    Object.entries(flags).find(([name]) => command.getOptionValueSource(name) === "cli")?.[1];
  const wrong = given(rehearse ? ONLY_REAL_RUNS : ONLY_REHEARSALS);
  if (wrong !== undefined) {
    throw new RefbenchError(
      "usage",
      rehearse
        ? `${wrong} says something of a real cloud, and --rehearse asks none: leave one of both out`
        : `${wrong} changes the twin, and a real run has none: add --rehearse, or leave it out`,
    );
  }
  if (rehearse) return;
  const { cloud } = getArchitecture(architecture);
  const others = given(cloud === "google" ? { account: "--account" } : { project: "--project" });
  if (others !== undefined) {
    const [where, own] = cloud === "google" ? ["Google", "--project"] : ["AWS", "--account"];
    throw new RefbenchError(
      "usage",
      `${others} is not ${where}'s, where ${architecture} runs: expected ${own}`,
    );
  }
}

/** Refuses a place for state and journal that would not be there when they are needed. */
function refuseFooting(architecture: string, flags: RunFlags, { env }: Io): void {
  const { rehearse = false, state, mirror } = flags;
  if (state !== undefined && rehearse) {
    throw new RefbenchError(
      "usage",
      `--state is "${state}", but the twin that --rehearse runs against has no buckets, and only state in the run's folder: leave --state (REFBENCH_STATE) out; --mirror works with both`,
    );
  }
  if (state?.startsWith("file:") === true) {
    throw new RefbenchError(
      "usage",
      `--state is "${state}", expected gs://bucket/prefix or s3://bucket/prefix`,
    );
  }
  const refusal = refusalOf({
    vanishes: machineVanishes(env),
    simulated: rehearse,
    emulatedCloud: endpointsOf(getArchitecture(architecture).cloud, env).emulated,
    stateBucket: state,
    mirror,
  });
  if (refusal !== undefined) throw new RefbenchError("usage", refusal);
}
