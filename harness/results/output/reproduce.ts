import { GENERATOR_PLACES } from "../../model/record/generator-place.ts";
import { LICENCE_GIVEN } from "../../model/cloud/licence.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { versionOf } from "../judge/coder-version.ts";

/** Stands for a licence that no record holds. */
const LICENCE_FILE = "coder-licence.txt";

/** Where the planted faults are written, whatever a record calls their file: no other file is written over. */
const FAULTS_FILE = "faults.json";

/** The shell commands that make the run again, one a line: the same code, then the same run. */
export function reproduceCommands(record: RunRecord): readonly string[] {
  const { refbench, rehearsal } = record.provenance;
  const { commit } = refbench;
  return [
    ...(commit === undefined ? [] : [`git checkout ${quoted(commit)}`]),
    "npm ci",
    ...(rehearsal?.faults === undefined || rehearsal.planted === undefined
      ? []
      : [`printf '%s' ${quoted(JSON.stringify(rehearsal.planted))} > ${FAULTS_FILE}`]),
    [
      "npx refbench",
      ...(record.origin.kind === "scaletest" ? loadArguments(record) : runArguments(record)),
    ].join(" "),
  ];
}

/** What the commands alone do not bring back, in words. */
export function reproduceNotes(record: RunRecord): readonly string[] {
  const { provenance, origin, cloud, coder, simulated } = record;
  const { commit, dirty = false, noCommit } = provenance.refbench;
  const { faults, planted } = provenance.rehearsal ?? {};
  const endpoints = cloud?.endpoints ?? [];
  return [
    ...(commit === undefined
      ? [`The record names no commit of refbench${noCommit === undefined ? "" : `: ${noCommit}`}.`]
      : []),
    ...(dirty ? ["The checkout had changes that are in no commit: nobody can check them out."] : []),
    ...(faults !== undefined && planted === undefined
      ? ["The planted faults lie in the run's folder, not in the record."]
      : []),
    ...(record.conditions.includes(LICENCE_GIVEN)
      ? [`${LICENCE_FILE} stands for a Coder licence of your own: no record holds one.`]
      : []),
    ...(endpoints.length === 0
      ? []
      : [`It asked other endpoints than the cloud's own: set ${endpoints.join(", ")} first.`]),
    ...(simulated && coder === "real" && origin.kind !== "scaletest"
      ? [
          `The coder program on your PATH takes the place of the one it ran on, version ${versionOf(record) ?? "unknown"}.`,
        ]
      : []),
    ...(origin.kind === "scaletest"
      ? [
          record.deployment?.given === undefined
            ? "Of this load by hand the record holds its size; its other flags have to be known."
            : "What reaches the deployment (session, headers, certificates, proxy, files) is in no record.",
        ]
      : []),
  ];
}

/** The command that measures a night's size again, for its store, against the same version of Coder. */
export function nightAgainCommand(record: RunRecord): string {
  const { architecture, size, simulated, cloud } = record;
  return [
    "refbench nightly",
    ...["--sizes", quoted(`${architecture}/${size}`)],
    ...versionArguments(versionOf(record)),
    ...(simulated ? ["--rehearse", ...speedArguments(record)] : cloud === undefined ? [] : ownerOf(cloud)),
  ].join(" ");
}

function runArguments(record: RunRecord): readonly string[] {
  const { architecture, size, overrides, provenance, cost } = record;
  const { tls = "off", generator } = provenance.platform ?? {};
  return [
    "run",
    quoted(architecture),
    "--size",
    quoted(size),
    ...Object.entries(overrides).flatMap(([path, value]) => [
      "--set",
      quoted(`${path}=${typeof value === "string" ? value : JSON.stringify(value)}`),
    ]),
    ...coderArguments(record),
    ...(tls === "off" ? [] : ["--tls", quoted(tls)]),
    ...(generator === GENERATOR_PLACES.local ? ["--runner", "local"] : []),
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
      ...["--compare", quoted(`${baseline.version},${candidate.version}`), "--pairs", `${pairs}`],
      ...(seed === undefined ? [] : ["--seed", `${seed}`]),
    ];
  }
  // A real server's own version says nothing of the one that its rehearsal deploys.
  const isServer = simulated && coder === "real";
  return versionArguments((isServer ? provenance.chartVersion : undefined) ?? versionOf(record));
}

function versionArguments(version: string | undefined): readonly string[] {
  return version === undefined ? [] : ["--coder-version", quoted(version)];
}

function rehearsalArguments(record: RunRecord): readonly string[] {
  const { failBuilds = 0, shellDelayMs, zone, faults } = record.provenance.rehearsal ?? {};
  return [
    "--rehearse",
    ...speedArguments(record),
    ...(failBuilds === 0 ? [] : ["--fail-builds", `${failBuilds}`]),
    ...(shellDelayMs === undefined ? [] : ["--shell-delay", `${shellDelayMs}ms`]),
    ...(zone === undefined ? [] : ["--zone", quoted(zone)]),
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
    "--region",
    quoted(region),
    "--zone",
    quoted(zone),
    ...(conditions.includes(LICENCE_GIVEN) ? ["--licence-file", LICENCE_FILE] : []),
    ...(skippedCanary ? ["--skip-canary"] : []),
    ...(skippedChecks.length === 0 ? [] : ["--skip-preflight", quoted(skippedChecks.join(","))]),
  ];
}

/** Accounts of AWS are twelve digits, which no Google project can be. */
function ownerOf({ project }: NonNullable<RunRecord["cloud"]>): readonly string[] {
  return [/^\d{12}$/.test(project) ? "--account" : "--project", quoted(project)];
}

function loadArguments(record: RunRecord): readonly string[] {
  const { deployment } = record;
  return [
    "scaletest",
    ...(deployment?.given ?? sizeOfLoad(record)).map(quoted),
    ...(deployment === undefined ? [] : ["--url", quoted(deployment.url)]),
  ];
}

/** What a record tells that holds no words of its command. */
function sizeOfLoad({ load, size }: RunRecord): readonly string[] {
  const { workspaces, users, connections, sshShare } = load;
  return [
    ...(size === "traffic"
      ? ["traffic"]
      : ["create-workspaces", "--template", size, "--count", `${workspaces}`, "--users", `${users}`]),
    ...["--connections", `${connections}`, "--ssh-share", `${sshShare}`],
  ];
}

/** A word as every shell takes it: what comes from a record can begin no other command. */
function quoted(word: string): string {
  return /^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
