import { GENERATOR_PLACES } from "../../model/record/generator-place.ts";
import { LICENCE_GIVEN } from "../../model/cloud/licence.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { shellWord } from "../../tools/shell-word.ts";
import { OWN_CLUSTER_PLACE } from "../../../reference-architectures/zones.ts";
import { versionOf } from "../judge/coder-version.ts";

/** Placeholder for a licence, which no record contains. */
const LICENCE_FILE = "coder-licence.txt";

/** Name of the file for planted faults, whatever its name in the record, so that no other file is overwritten. */
const FAULTS_FILE = "faults.json";

/** The same for a mixed schedule, which the record contains. */
const SCHEDULE_FILE = "schedule.json";

/** Returns the shell commands that repeat the run with the same code, one on each line. */
export function reproduceCommands(record: RunRecord): readonly string[] {
  const { refbench, rehearsal } = record.provenance;
  const { commit } = refbench;
  const { schedule } = record.overrides;
  return [
    ...(commit === undefined ? [] : [`git checkout ${shellWord(commit)}`]),
    "npm ci",
    ...(rehearsal?.faults === undefined || rehearsal.planted === undefined
      ? []
      : [`printf '%s' ${shellWord(JSON.stringify(rehearsal.planted))} > ${FAULTS_FILE}`]),
    ...(schedule === undefined
      ? []
      : [`printf '%s' ${shellWord(JSON.stringify(schedule))} > ${SCHEDULE_FILE}`]),
    [
      "npx refbench",
      ...(record.origin.kind === "scaletest" ? loadArguments(record) : runArguments(record)),
    ].join(" "),
  ];
}

/** Lists what the commands cannot reproduce. */
export function reproduceNotes(record: RunRecord): readonly string[] {
  const { provenance, origin, cloud, coder, simulated } = record;
  const { commit, dirty = false, noCommit } = provenance.refbench;
  const { faults, planted } = provenance.rehearsal ?? {};
  const endpoints = cloud?.endpoints ?? [];
  return [
    ...(commit === undefined
      ? [`The record contains no commit of refbench${noCommit === undefined ? "" : `: ${noCommit}`}.`]
      : []),
    ...(dirty ? ["The checkout had uncommitted changes, which nobody can check out."] : []),
    ...(faults !== undefined && planted === undefined
      ? ["The planted faults are in the run's folder, not in the record."]
      : []),
    ...(record.conditions.includes(LICENCE_GIVEN)
      ? [`Replace ${LICENCE_FILE} with your own Coder licence: records do not contain licences.`]
      : []),
    ...(cloud !== undefined && isOwnCluster(cloud)
      ? [
          `Set CONTEXT to the context of your kubeconfig for the cluster ${cloud.project}; the record contains no storage class, node selector, image, chart or Secret of that cluster for the command.`,
        ]
      : []),
    ...(endpoints.length === 0
      ? []
      : [`The run used custom cloud endpoints: set ${endpoints.join(", ")} first.`]),
    ...(simulated && coder === "real" && origin.kind !== "scaletest"
      ? [
          `The coder program on your PATH replaces the original one, version ${versionOf(record) ?? "unknown"}.`,
        ]
      : []),
    ...(origin.kind === "scaletest"
      ? [
          record.deployment?.given === undefined
            ? "The record contains only the size of this manual load, not its other flags."
            : "The record does not contain the access to the deployment (session, headers, certificates, proxy, files).",
        ]
      : []),
  ];
}

/** Returns the command that measures a night's size again for its store, with the same version of Coder. */
export function nightAgainCommand(record: RunRecord): string {
  const { architecture, size, simulated, cloud } = record;
  return [
    "refbench nightly",
    ...["--sizes", shellWord(`${architecture}/${size}`)],
    ...versionArguments(versionOf(record)),
    ...(simulated ? ["--rehearse", ...speedArguments(record)] : cloud === undefined ? [] : ownerOf(cloud)),
  ].join(" ");
}

function runArguments(record: RunRecord): readonly string[] {
  const { architecture, size, overrides, provenance, cost, cloud } = record;
  const { tls = "off", generator } = provenance.platform ?? {};
  return [
    "run",
    shellWord(architecture),
    "--size",
    shellWord(size),
    ...Object.entries(overrides).flatMap(([path, value]) =>
      path === "schedule"
        ? ["--scenario", "mixed", "--schedule", SCHEDULE_FILE]
        : ["--set", shellWord(`${path}=${typeof value === "string" ? value : JSON.stringify(value)}`)],
    ),
    ...coderArguments(record),
    ...(tls === "off" ? [] : ["--tls", shellWord(tls)]),
    ...(generator === GENERATOR_PLACES.local ? ["--runner", "local"] : []),
    // The default in a cluster of somebody's own.
    ...(generator === GENERATOR_PLACES.job && cloud !== undefined && !isOwnCluster(cloud)
      ? ["--runner", "job"]
      : []),
    ...(record.simulated ? rehearsalArguments(record) : cloudArguments(record)),
    ...(cost?.ceiling === undefined ? [] : ["--max-cost", `${cost.ceiling}`]),
  ];
}

function coderArguments(record: RunRecord): readonly string[] {
  const { toCompare, comparison, provenance, coder, simulated } = record;
  const compared =
    toCompare ?? (comparison && { ...comparison, pairs: Math.ceil(comparison.order.length / 2) });
  if (compared !== undefined) {
    const { baseline, candidate, pairs, seed } = compared;
    return [
      ...["--compare", shellWord(`${baseline.version},${candidate.version}`), "--pairs", `${pairs}`],
      ...(seed === undefined ? [] : ["--seed", `${seed}`]),
    ];
  }
  // The version of a real server in a rehearsal is not the version that the rehearsal deploys.
  const isServer = simulated && coder === "real";
  return versionArguments((isServer ? provenance.chartVersion : undefined) ?? versionOf(record));
}

function versionArguments(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ["--coder-version", shellWord(version)];
}

function rehearsalArguments(record: RunRecord): readonly string[] {
  const { failBuilds = 0, shellDelayMs, zone, faults } = record.provenance.rehearsal ?? {};
  return [
    "--rehearse",
    ...speedArguments(record),
    ...(failBuilds === 0 ? [] : ["--fail-builds", `${failBuilds}`]),
    ...(shellDelayMs === undefined ? [] : ["--shell-delay", `${shellDelayMs}ms`]),
    ...(zone === undefined ? [] : ["--zone", shellWord(zone)]),
    ...(faults === undefined ? [] : ["--faults", FAULTS_FILE]),
    ...(record.coder === "real" ? ["--coder-server", '"$(command -v coder)"'] : []),
  ];
}

function speedArguments({ provenance: { rehearsal } }: RunRecord): readonly string[] {
  if (rehearsal === undefined) return [];
  return ["--speed", `${rehearsal.speed}`, "--build-speed", `${rehearsal.buildSpeed}`];
}

function cloudArguments({ cloud, conditions }: RunRecord): readonly string[] {
  if (cloud === undefined) return [];
  const { region, zone, skippedChecks, skippedCanary } = cloud;
  return [
    ...ownerOf(cloud),
    ...(isOwnCluster(cloud) ? [] : ["--region", shellWord(region), "--zone", shellWord(zone)]),
    ...(conditions.includes(LICENCE_GIVEN) ? ["--licence-file", LICENCE_FILE] : []),
    ...(skippedCanary ? ["--skip-canary"] : []),
    ...(skippedChecks.length === 0 ? [] : ["--skip-preflight", shellWord(skippedChecks.join(","))]),
  ];
}

/** AWS account ids have twelve digits; a Google project id must begin with a letter. */
function ownerOf(cloud: NonNullable<RunRecord["cloud"]>): readonly string[] {
  const { project } = cloud;
  // A record never says how a cluster of somebody's own is reached.
  if (isOwnCluster(cloud)) return ["--context", '"$CONTEXT"'];
  return [/^\d{12}$/.test(project) ? "--account" : "--project", shellWord(project)];
}

function loadArguments(record: RunRecord): readonly string[] {
  const { deployment } = record;
  return [
    "scaletest",
    ...(deployment?.given ?? sizeOfLoad(record)).map(shellWord),
    ...(deployment === undefined ? [] : ["--url", shellWord(deployment.url)]),
  ];
}

/** Returns the flags of a load from its size, for records without the original command. */
function sizeOfLoad({ load, size }: RunRecord): readonly string[] {
  const { workspaces, users, connections, sshShare } = load;
  return [
    ...(size === "traffic"
      ? ["traffic"]
      : ["create-workspaces", "--template", size, "--count", `${workspaces}`, "--users", `${users}`]),
    ...["--connections", `${connections}`, "--ssh-share", `${sshShare}`],
  ];
}

function isOwnCluster({ region }: NonNullable<RunRecord["cloud"]>): boolean {
  return region === OWN_CLUSTER_PLACE;
}
