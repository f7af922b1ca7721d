import { run12 } from "../../model/run-id.ts";
import type { RunId } from "../../model/run-id.ts";
import { findLabelledRun, isManual, readRunMark, type RunMark } from "../../model/cloud/run-mark.ts";
import { clustersInTags } from "./cluster-tags.ts";
import type { FoundAwsResource } from "./found.ts";

/** A find of a direct call, or a hit of the Tagging API for a kind without a direct call. */
export type AnyFound = Omit<FoundAwsResource, "kind"> & { readonly kind: string };

/** A find that belongs to a run of refbench. */
export interface Owned {
  readonly found: AnyFound;
  /** Its run, by the last twelve characters, and whether that is doubtful. */
  readonly mark: RunMark;
  /** The full id, if any resource of the run has the label. */
  readonly runId?: RunId;
  /** Its own tags, and for missing ones those of the run's labelled resources. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Finds the resources of runs, and their run: by their own label first, then by name, then by the VPC, cluster or
 * instance that contains them.
 */
export function owned(all: readonly AnyFound[]): Owned[] {
  const marks = new Map<AnyFound, RunMark>();
  for (const found of all) {
    const mark = markOf(found);
    if (mark !== undefined) marks.set(found, mark);
  }
  inherit(all, marks);
  const facts = factsOfRuns(all);
  return [...marks].map(([found, mark]) => {
    const { runId, labels } = facts.get(mark.run) ?? {};
    const own = found.tags["bench-run"] !== undefined;
    return {
      found,
      mark,
      ...(runId !== undefined && { runId }),
      labels: own ? found.tags : { ...labels, ...found.tags },
    };
  });
}

function markOf(found: AnyFound, place?: string): RunMark | undefined {
  const names = [
    found.name,
    ...ifKnown(found.tags["Name"]),
    ...found.native.split("/"),
    ...ifKnown(found.namedForCluster),
    ...(found.alias ?? []),
    ...clustersInTags(found.tags),
  ];
  return readRunMark({ names, labels: found.tags, place });
}

/**
 * Gives contained resources the run of their container until nothing changes, such as a volume on an instance in a
 * VPC.
 */
function inherit(all: readonly AnyFound[], marks: Map<AnyFound, RunMark>): void {
  const byPlace = new Map<string, string>();
  const remember = (found: AnyFound, run: string): void => {
    byPlace.set(place(found), run);
  };
  for (const [found, { run }] of marks) remember(found, run);
  for (let changed = true; changed;) {
    changed = false;
    for (const found of all) {
      if (marks.has(found)) continue;
      const run = placesOf(found)
        .map((id) => byPlace.get(id))
        .find((known) => known !== undefined);
      const mark = run === undefined ? undefined : markOf(found, run);
      if (mark === undefined) continue;
      marks.set(found, mark);
      remember(found, mark.run);
      changed = true;
    }
  }
}

/** Clusters are identified by name, all other containers by AWS's unique id. */
function place({ kind, native }: AnyFound): string {
  return kind === "aws_eks_cluster" ? clusterPlace(native) : native;
}

function clusterPlace(name: string): string {
  return `cluster ${name}`;
}

function placesOf(found: AnyFound): string[] {
  const clusters = [...ifKnown(found.namedForCluster), ...clustersInTags(found.tags)];
  return [...found.livesIn, ...clusters.map(clusterPlace)];
}

function ifKnown(word: string | undefined): string[] {
  return word === undefined ? [] : [word];
}

interface RunFacts {
  readonly runId?: RunId;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Returns the tags that a run's labelled resources give to its unlabelled ones: whether nobody may remove them, and
 * their expiry. `manual` and the latest expiry win, so that a sweep rather keeps too much.
 */
function factsOfRuns(all: readonly AnyFound[]): Map<string, RunFacts> {
  const facts = new Map<string, RunFacts>();
  for (const { tags } of all) {
    const runId = findLabelledRun(tags);
    if (runId === undefined) continue;
    const before = facts.get(run12(runId))?.labels ?? {};
    const manual = isManual(before) || isManual(tags);
    const expires = later(before["bench-expires"], tags["bench-expires"]);
    facts.set(run12(runId), {
      runId,
      labels: {
        ...(manual && { "bench-managed": "manual" }),
        ...(expires !== undefined && { "bench-expires": expires }),
      },
    });
  }
  return facts;
}

/** Returns the later of two values of `bench-expires`. A value that is not a number never expires. */
function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (!/^\d+$/.test(one)) return one;
  if (!/^\d+$/.test(other)) return other;
  return Number(one) >= Number(other) ? one : other;
}
