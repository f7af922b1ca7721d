import type { Architecture, Size } from "../architecture.ts";
import { type Capacity, capacityOf } from "./capacity-of.ts";
import { computeSize, type ClusterArchitecture } from "./compute-size.ts";
import { LARGEST_LOAD, type Load, loadOf } from "./load.ts";
import { isWithin, type MeasuredRow } from "./measured-row.ts";
import { needOfLoad } from "./need.ts";
import { formatNumber } from "./number-words.ts";

/** A published rule and a measured row that do not agree. */
export interface RuleContradiction {
  readonly runId: string;
  readonly date: string;
  /** `fewer-will-do`: passed with less than a rule demands. `rule-not-enough`: failed with all that the rules demand. */
  readonly kind: "fewer-will-do" | "rule-not-enough" | "figure";
  readonly words: string;
}

/** Returns how measured rows contradict Coder's rules, the newest row first. */
export function contradictionsOf(
  rows: readonly MeasuredRow[],
  catalogue: ReadonlyMap<string, Architecture>,
  /** The architecture whose rules count: those of a cluster. */
  rules: ClusterArchitecture,
): readonly RuleContradiction[] {
  return rows
    .toSorted((one, other) => other.date.localeCompare(one.date))
    .flatMap((row) => {
      const { runId, date, disagreements } = row;
      const size = catalogue.get(row.architecture)?.sizes[row.size];
      const deployed = size === undefined || !row.isAsListed ? undefined : byDeployment(row, size, rules);
      return [
        ...(deployed === undefined ? [] : [{ runId, date, ...deployed }]),
        ...disagreements.map((words) => ({ runId, date, kind: "figure" as const, words })),
      ];
    });
}

function byDeployment(
  row: MeasuredRow,
  size: Size,
  rules: ClusterArchitecture,
): Pick<RuleContradiction, "kind" | "words"> | undefined {
  if (!isWithin(row.load, LARGEST_LOAD) || row.load.builds > row.load.workspaces) return undefined;
  const load = loadOf(row.load);
  const demanded = capacityOf(computeSize(rules, load, needOfLoad(load)));
  const has = capacityOf(size);
  const short = shortOf(has, demanded);
  if (row.outcome === "pass")
    return short.length === 0
      ? undefined
      : {
          kind: "fewer-will-do",
          words: `${row.architecture} ${row.size} carried ${loadWords(row.load)} with ${short.join(" and ")}`,
        };
  return short.length > 0
    ? undefined
    : {
        kind: "rule-not-enough",
        words: `${row.architecture} ${row.size} failed under ${loadWords(row.load)}${row.reason === undefined ? "" : ` (${row.reason})`}, although it has the ${formatNumber(demanded.coderAndBuilds)} vCPU for coderd and builds and the ${formatNumber(demanded.database ?? 0)} for Postgres that the rules ask for`,
      };
}

function shortOf(has: Capacity, demanded: Capacity): readonly string[] {
  return [
    ...(has.coderAndBuilds < demanded.coderAndBuilds
      ? [
          `${formatNumber(has.coderAndBuilds)} vCPU for coderd and builds, where the rules ask for ${formatNumber(demanded.coderAndBuilds)}`,
        ]
      : []),
    ...(has.database !== undefined && demanded.database !== undefined && has.database < demanded.database
      ? [
          `${formatNumber(has.database)} vCPU for Postgres, where the rules ask for ${formatNumber(demanded.database)}`,
        ]
      : []),
  ];
}

/** Returns a load in words: `1,200 users, 1,200 workspaces, 120 builds, 10,000 connections`. */
export function loadWords(load: Load): string {
  return Object.entries(load)
    .map(([figure, value]) => `${formatNumber(value)} ${figure}`)
    .join(", ");
}
