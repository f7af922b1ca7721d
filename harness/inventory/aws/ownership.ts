import { RUN_ID_PATTERN, run12 } from "../../model/run-id.ts";
import type { RunId } from "../../model/run-id.ts";
import { findRun12 } from "../run-mark.ts";
import { clustersInTags } from "./cluster-tags.ts";
import type { Found } from "./found.ts";

/** A find of a direct call, or a hit of the Tagging API whose kind has none. */
export type AnyFound = Omit<Found, "kind"> & { readonly kind: string };

/** A find that belongs to a run of refbench. */
export interface Owned {
  readonly found: AnyFound;
  /** The run's last twelve characters, which names carry; the label's value where that is no run id. */
  readonly run: string;
  /** Known when anything of the run carries the label. */
  readonly runId?: RunId;
  /** Its own tags, and what its run's labelled things say where it says nothing. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Tells what belongs to a run, and to which: by its own label first, then by name, then by the VPC, cluster or
 * instance it lives in. A label of another run wins over everything else.
 */
export function owned(all: readonly AnyFound[]): Owned[] {
  const runs = new Map<AnyFound, string>();
  for (const found of all) {
    const run = claimed(found);
    if (run !== undefined) runs.set(found, run);
  }
  inherit(all, runs);
  const facts = factsOfRuns(all);
  return [...runs].map(([found, run]) => {
    const { runId, labels } = facts.get(run) ?? {};
    const own = found.tags["bench-run"] !== undefined;
    return {
      found,
      run,
      ...(runId !== undefined && { runId }),
      labels: own ? found.tags : { ...labels, ...found.tags },
    };
  });
}

function claimed(found: AnyFound): string | undefined {
  const label = found.tags["bench-run"];
  if (label !== undefined) return RUN_ID_PATTERN.test(label) ? run12(label) : label;
  const words = [
    found.name,
    found.native,
    found.tags["Name"],
    found.namedForCluster,
    ...(found.alias ?? []),
    ...clustersInTags(found.tags),
  ];
  for (const word of words) {
    const run = word === undefined ? undefined : findRun12(word);
    if (run !== undefined) return run;
  }
  return undefined;
}

/** Hands runs down to what lives in their things, until nothing changes: a volume on an instance in a VPC. */
function inherit(all: readonly AnyFound[], runs: Map<AnyFound, string>): void {
  const byPlace = new Map<string, string>();
  const remember = (found: AnyFound, run: string): void => {
    byPlace.set(place(found), run);
  };
  for (const [found, run] of runs) remember(found, run);
  for (let changed = true; changed;) {
    changed = false;
    for (const found of all) {
      if (runs.has(found)) continue;
      const run = placesOf(found)
        .map((id) => byPlace.get(id))
        .find((known) => known !== undefined);
      if (run === undefined) continue;
      runs.set(found, run);
      remember(found, run);
      changed = true;
    }
  }
}

/** Clusters are known by name, everything else that others live in by an id that AWS makes unique. */
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
 * What a run's labelled things say of its unlabelled ones: that nobody may touch them, and until when. `manual`
 * and the latest expiry win, so that a sweep errs towards keeping.
 */
function factsOfRuns(all: readonly AnyFound[]): Map<string, RunFacts> {
  const facts = new Map<string, RunFacts>();
  for (const { tags } of all) {
    const runId = tags["bench-run"];
    if (runId === undefined || !RUN_ID_PATTERN.test(runId)) continue;
    const before = facts.get(run12(runId))?.labels ?? {};
    const manual = [before["bench-managed"], tags["bench-managed"]].includes("manual");
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

/** Of two values of `bench-expires`; what is no number never expires. */
function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (!/^\d+$/.test(one)) return one;
  if (!/^\d+$/.test(other)) return other;
  return Number(one) >= Number(other) ? one : other;
}
