import type { Sample } from "../source.ts";
import type { ObservedRole, SeriesName } from "../../model/observation/series.ts";
import type { ObservedPod } from "./pods.ts";

/** Roles with more pods than this are added up, so that a large deployment has no more series than a small one. */
const MOST_PODS_OF_ROLE = 20;

/** What is known of one pod's main container at one moment. */
export interface ContainerFigures {
  readonly pod: Pick<ObservedPod, "name" | "role" | "cpuLimit" | "memoryLimit">;
  readonly cores?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly throttled?: number | undefined;
  readonly restarts: number;
}

/** Samples of containers: each on its own, or `<role>/all` where there are many of a role. */
export function containerSamples(all: readonly ContainerFigures[]): Sample[] {
  const byRole = new Map<ObservedRole, ContainerFigures[]>();
  for (const each of all) byRole.set(each.pod.role, [...(byRole.get(each.pod.role) ?? []), each]);
  return [...byRole].flatMap(([role, ofRole]) =>
    role === "workspaces" || ofRole.length > MOST_PODS_OF_ROLE
      ? addedUp(`${role}/all`, ofRole)
      : ofRole.flatMap((each) => addedUp(`${role}/${each.pod.name}`, [each])),
  );
}

/** Sums; a limit only where each has one, and the mean of the shares. */
function addedUp(of: string, all: readonly ContainerFigures[]): Sample[] {
  const known = (read: (each: ContainerFigures) => number | undefined): readonly number[] =>
    all.map(read).filter((value) => value !== undefined);
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const some = (series: SeriesName, values: readonly number[], reduce = sum): Sample[] =>
    values.length === 0 ? [] : [{ series, of, value: reduce(values) }];
  const every = (series: SeriesName, values: readonly number[]): Sample[] =>
    values.length < all.length ? [] : some(series, values);
  return [
    ...some(
      "container.cpu",
      known(({ cores }) => cores),
    ),
    ...every(
      "container.cpu-limit",
      known(({ pod }) => pod.cpuLimit),
    ),
    ...some(
      "container.throttled",
      known(({ throttled }) => throttled),
      (values) => sum(values) / values.length,
    ),
    ...some(
      "container.memory",
      known(({ memoryBytes }) => memoryBytes),
    ),
    ...every(
      "container.memory-limit",
      known(({ pod }) => pod.memoryLimit),
    ),
    ...some(
      "container.restarts",
      known(({ restarts }) => restarts),
    ),
  ];
}
