import { decodeTime } from "ulid";
import { run12, type RunId } from "../../model/run-id.ts";
import { findLabelledRun, findNamedRun, readRunMark, type RunMark } from "../../model/cloud/run-mark.ts";
import type { FoundGoogleResource } from "./collect.ts";
import { clusterMark, isMadeByGoogleController, mayBeOrphan } from "./controllers.ts";
import { pathOfLink, textsAt } from "./raw.ts";

/** Facts about clusters that may be deleted, kept between two lists because a later one has fewer links. */
export type ClusterMarks = Map<string, string>;

export interface Owners {
  /** The run of each resource that belongs to one. */
  readonly of: ReadonlyMap<FoundGoogleResource, RunMark>;
  /** Created by the controllers of a deleted cluster whose run is unknown. */
  readonly orphans: readonly FoundGoogleResource[];
  /** Like those, but they may belong to another cluster that exists in the project. */
  readonly unclear: readonly FoundGoogleResource[];
}

/**
 * Finds the run of each resource: by its label, its name, its container, and the resources that it was created with.
 * A mere user of a resource says nothing: a disk attached to a run's machine may belong to somebody else.
 */
export function ownersOf(found: readonly FoundGoogleResource[], marks: ClusterMarks, asked?: RunId): Owners {
  const of = new Map<FoundGoogleResource, RunMark>();
  for (const one of found) {
    const owner = markOf(one);
    if (owner !== undefined) of.set(one, owner);
  }
  const byPath = new Map(found.map((one) => [one.path, one]));
  for (let before = -1; before !== of.size;) {
    before = of.size;
    for (const one of found) follow(one, byPath, of, marks);
  }
  const homeless = found.filter(
    (one) => !of.has(one) && mayBeOrphan(one.name) && !livesElsewhere(one, byPath, of),
  );
  const mine = asked === undefined ? undefined : run12(asked);
  const anotherCluster = found.some(
    (one) => one.kind === "google_container_cluster" && (mine === undefined || of.get(one)?.run !== mine),
  );
  return anotherCluster ? { of, orphans: [], unclear: homeless } : { of, orphans: homeless, unclear: [] };
}

/** Whether an orphan can belong to a run: it must not be older. A disk in use is not an orphan. */
export function mayBeOf(orphan: FoundGoogleResource, runId: RunId | undefined): boolean {
  if (textsAt(orphan.raw, "users").length > 0) return false;
  if (runId === undefined || orphan.createdAt === undefined) return true;
  return Date.parse(orphan.createdAt) >= decodeTime(runId.toUpperCase());
}

/** The run that a resource names itself, or that of its container. */
function markOf(one: FoundGoogleResource, place?: string): RunMark | undefined {
  const names = [
    one.name,
    ...Object.entries(one.labels).flatMap(([key, value]) => (key.startsWith("goog-") ? [value] : [])),
  ];
  return readRunMark({ names, labels: one.labels, place: homeInLinks(one) ?? place });
}

/** The run in the name of a resource's container, also if the container is deleted. */
function homeInLinks(one: FoundGoogleResource): string | undefined {
  return links(one)
    .map((link) => findNamedRun(pathOfLink(link) === undefined ? link : (link.split("/").at(-1) ?? "")))
    .find((run) => run !== undefined);
}

/** Follows links and clusters' marks by one step. */
function follow(
  one: FoundGoogleResource,
  byPath: ReadonlyMap<string, FoundGoogleResource>,
  of: Map<FoundGoogleResource, RunMark>,
  marks: ClusterMarks,
): void {
  const mark = clusterMark(one.name);
  const owner =
    of.get(one) ??
    markOf(one, ownerOfHome(one, byPath, of) ?? (mark === undefined ? undefined : marks.get(mark)));
  if (owner === undefined) return;
  of.set(one, owner);
  if (mark !== undefined) marks.set(mark, owner.run);
  for (const path of one.collection.brings ?? []) {
    for (const brought of resolved(textsAt(one.raw, path), byPath)) {
      const made = isMadeByGoogleController(brought.name) ? markOf(brought, owner.run) : undefined;
      if (!of.has(brought) && made !== undefined) of.set(brought, made);
    }
  }
}

function ownerOfHome(
  one: FoundGoogleResource,
  byPath: ReadonlyMap<string, FoundGoogleResource>,
  of: ReadonlyMap<FoundGoogleResource, RunMark>,
): string | undefined {
  return resolved(links(one), byPath)
    .map((home) => of.get(home)?.run)
    .find((owner) => owner !== undefined);
}

/** Whether a resource is in an existing container that belongs to no run. */
function livesElsewhere(
  one: FoundGoogleResource,
  byPath: ReadonlyMap<string, FoundGoogleResource>,
  of: ReadonlyMap<FoundGoogleResource, RunMark>,
): boolean {
  return resolved(links(one), byPath).some((home) => !of.has(home) && !mayBeOrphan(home.name));
}

function links({ collection, raw }: FoundGoogleResource): readonly string[] {
  return (collection.livesIn ?? []).flatMap((path) => textsAt(raw, path));
}

function resolved(
  texts: readonly string[],
  byPath: ReadonlyMap<string, FoundGoogleResource>,
): readonly FoundGoogleResource[] {
  return texts.flatMap((text) => {
    const path = pathOfLink(text);
    const one = path === undefined ? undefined : byPath.get(path);
    return one === undefined ? [] : [one];
  });
}

/** The full ids in labels, by their last 12 characters. */
export function fullIds(found: readonly FoundGoogleResource[], asked?: RunId): ReadonlyMap<string, RunId> {
  const ids = new Map<string, RunId>();
  for (const { labels } of found) {
    const id = findLabelledRun(labels);
    if (id !== undefined) ids.set(run12(id), id);
  }
  if (asked !== undefined) ids.set(run12(asked), asked);
  return ids;
}
