import type { Architecture, Size } from "../architecture.ts";
import type { Basis } from "./basis.ts";
import { capacityOf, totalCores } from "./capacity-of.ts";
import type { Load } from "./load.ts";
import { isWithin, type MeasuredRow } from "./measured-row.ts";
import { formatNumber } from "./number-words.ts";
import { FEWEST_PUBLISHED, VALIDATED_PAGE } from "./published.ts";

/** A listed size that has at least every figure of the load, and what speaks for or against it. */
export interface Candidate {
  readonly architecture: string;
  readonly size: string;
  readonly cores: number;
  /** What it rests on; absent if it will not do. */
  readonly restsOn?: Basis;
  /** Why it will not do; empty if it will. */
  readonly refusedFor: readonly string[];
}

/** What the rules demand of a listed size. */
export interface Demand {
  readonly load: Load;
  /** The users of the load's place in the table. */
  readonly tableUsers: number;
  /** The deployment that the rules give for the load. */
  readonly computed: Size;
}

/** Returns the listed sizes that have every figure of the load, the smallest first. */
export function candidatesOf(
  architecture: Architecture,
  demand: Demand,
  rows: readonly MeasuredRow[],
): readonly Candidate[] {
  return Object.entries(architecture.sizes)
    .filter(([, size]) => isWithin(demand.load, loadOfSize(size)))
    .map(([name, size]) => candidate(architecture, { name, size }, demand, rows))
    .toSorted((one, other) => one.cores - other.cores);
}

/** Returns the load of a listed size. */
export function loadOfSize({ users, workspaces, concurrentBuilds, connections }: Size): Load {
  return { users, workspaces, builds: concurrentBuilds, connections: connections.total };
}

function candidate(
  architecture: Architecture,
  { name, size }: { readonly name: string; readonly size: Size },
  demand: Demand,
  rows: readonly MeasuredRow[],
): Candidate {
  const shared = { architecture: architecture.name, size: name, cores: totalCores(architecture, size) };
  const newest = rows
    .filter((row) => row.isAsListed && row.architecture === architecture.name && row.size === name)
    .toSorted((one, other) => other.date.localeCompare(one.date))
    .at(0);
  if (newest?.outcome === "pass" && isWithin(demand.load, newest.load)) {
    const { date, runId } = newest;
    return { ...shared, restsOn: { kind: "measured", date, runId }, refusedFor: [] };
  }
  const failed =
    newest?.outcome === "slo-failed"
      ? [`measured on ${newest.date} by ${newest.runId}: it missed its objectives`]
      : [];
  const refusedFor = [...failed, ...missedRules(size, demand)];
  if (refusedFor.length > 0) return { ...shared, refusedFor };
  return {
    ...shared,
    restsOn: { kind: "published", source: VALIDATED_PAGE.name, date: VALIDATED_PAGE.date },
    refusedFor: [],
  };
}

function missedRules(size: Size, { tableUsers, computed }: Demand): readonly string[] {
  const has = capacityOf(size);
  const demanded = capacityOf(computed);
  const beside = tableUsers >= FEWEST_PUBLISHED && size.provisioners === "builtin";
  return [
    ...(has.coderAndBuilds < demanded.coderAndBuilds
      ? [
          `${formatNumber(has.coderAndBuilds)} vCPU for coderd and builds, published: ${formatNumber(demanded.coderAndBuilds)}`,
        ]
      : []),
    ...(beside ? ["its builds run on coderd's machines, published: never at this scale"] : []),
    ...(has.database === undefined
      ? [`${size.database.tier} is in no table of tiers`]
      : has.database < (demanded.database ?? 0)
        ? [
            `${formatNumber(has.database)} vCPU for Postgres, published: ${formatNumber(demanded.database ?? 0)}`,
          ]
        : []),
  ];
}
