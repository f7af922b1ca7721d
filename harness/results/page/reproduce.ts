import type { RunRecord } from "../../model/record.ts";
import { versionOf } from "./page-figures.ts";

/** The shell commands that make the run again, one a line: the same code, then the same run. */
export function reproduceCommands(record: RunRecord): readonly string[] {
  const { commit } = record.provenance.refbench;
  return [
    ...(commit === undefined ? [] : [`git checkout ${quoted(commit)}`]),
    "npm ci",
    [
      "npx refbench",
      ...(record.origin.kind === "scaletest" ? loadArguments(record) : runArguments(record)),
    ].join(" "),
  ];
}

/** What the command alone does not bring back, in words. */
export function reproduceNotes(record: RunRecord): readonly string[] {
  const { provenance, origin } = record;
  const { commit, dirty = false } = provenance.refbench;
  return [
    ...(commit === undefined ? ["The record names no commit of refbench."] : []),
    ...(dirty ? ["The checkout had changes that are in no commit: nobody can check them out."] : []),
    ...(provenance.rehearsal?.faults === undefined
      ? []
      : ["The planted faults lie in the run's folder, not in the record."]),
    ...(origin.kind === "scaletest"
      ? ["Of a load by hand the record holds its size; its other flags have to be known."]
      : []),
  ];
}

function runArguments(record: RunRecord): readonly string[] {
  const { architecture, size, overrides, comparison } = record;
  const version = versionOf(record);
  const coder =
    comparison === undefined
      ? version === undefined
        ? []
        : ["--coder-version", quoted(version)]
      : ["--compare", quoted(`${comparison.baseline.version},${comparison.candidate.version}`)];
  return [
    "run",
    quoted(architecture),
    "--size",
    quoted(size),
    ...Object.entries(overrides).flatMap(([path, value]) => [
      "--set",
      quoted(`${path}=${typeof value === "string" ? value : JSON.stringify(value)}`),
    ]),
    ...coder,
    ...(record.simulated ? rehearsalArguments(record) : cloudArguments(record)),
  ];
}

function rehearsalArguments({ coder, provenance: { rehearsal } }: RunRecord): readonly string[] {
  return [
    "--rehearse",
    ...(rehearsal === undefined
      ? []
      : ["--speed", `${rehearsal.speed}`, "--build-speed", `${rehearsal.buildSpeed}`]),
    ...(rehearsal?.faults === undefined ? [] : ["--faults", quoted(rehearsal.faults)]),
    ...(coder === "real" ? ["--coder-server", '"$(command -v coder)"'] : []),
  ];
}

function cloudArguments({ cloud }: RunRecord): readonly string[] {
  if (cloud === undefined) return [];
  const { project, region, zone, skippedChecks, skippedCanary } = cloud;
  return [
    // Accounts of AWS are twelve digits, which no Google project can be.
    /^\d{12}$/.test(project) ? "--account" : "--project",
    quoted(project),
    "--region",
    quoted(region),
    "--zone",
    quoted(zone),
    ...(skippedCanary ? ["--skip-canary"] : []),
    ...(skippedChecks.length === 0 ? [] : ["--skip-preflight", quoted(skippedChecks.join(","))]),
  ];
}

function loadArguments({ deployment, load, size }: RunRecord): readonly string[] {
  const isTraffic = size === "traffic";
  return [
    "scaletest",
    ...(isTraffic
      ? ["traffic"]
      : [
          "create-workspaces",
          "--template",
          quoted(size),
          "--count",
          `${load.workspaces}`,
          "--users",
          `${load.users}`,
        ]),
    "--connections",
    `${load.connections}`,
    "--ssh-share",
    `${load.sshShare}`,
    ...(deployment === undefined ? [] : ["--url", quoted(deployment.url)]),
  ];
}

/** A word as every shell takes it: what comes from a record can begin no other command. */
function quoted(word: string): string {
  return /^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
