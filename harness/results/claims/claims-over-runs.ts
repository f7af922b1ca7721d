import type { Claim } from "../../model/observation/claims.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { spreadOf } from "../nights/spread.ts";

/** A claim over all runs of one architecture and size. */
export interface ClaimOverRuns {
  readonly architecture: string;
  readonly size: string;
  readonly simulated: boolean;
  readonly id: string;
  readonly words: string;
  readonly unit: string;
  /** Runs that measured it, and all of this architecture and size with claims. */
  readonly measuredRuns: number;
  readonly runs: number;
  /** Median of the runs' medians; lowest 5th and highest 95th percentile of their samples. Absent where none measured it. */
  readonly measured?: { readonly median: number; readonly low: number; readonly high: number };
  /** Why no run measured it, each reason once. */
  readonly why: readonly string[];
  readonly published: readonly {
    readonly value: number;
    readonly source: string;
    /** Runs that agree, of those that measured it. */
    readonly agree: number;
  }[];
}

/** Puts the claims of all records side by side, per architecture and size; those of simulated runs apart. */
export function claimsOverRuns(records: readonly RunRecord[]): readonly ClaimOverRuns[] {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    if (record.claims === undefined) continue;
    const key = `${record.architecture} ${record.size} ${record.simulated}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].flatMap(overRuns);
}

function overRuns(records: readonly RunRecord[]): readonly ClaimOverRuns[] {
  const [first] = records;
  if (first === undefined) return [];
  const ids = new Set(records.flatMap(({ claims = [] }) => claims.map(({ id }) => id)));
  const { architecture, size, simulated } = first;
  return [...ids].flatMap((id) => {
    const claims = records.flatMap((record) => record.claims?.find((each) => each.id === id) ?? []);
    // The newest run has today's words and sources.
    const newest = claims.at(-1);
    if (newest === undefined) return [];
    const { words, unit } = newest;
    return [
      {
        ...{ architecture, size, simulated, id, words, unit },
        runs: records.length,
        ...together(claims, newest),
      },
    ];
  });
}

function together(
  claims: readonly Claim[],
  newest: Claim,
): Pick<ClaimOverRuns, "measuredRuns" | "measured" | "why" | "published"> {
  const measured = claims.flatMap((claim) => claim.measured ?? []);
  const median = spreadOf(measured.map((each) => each.median))?.median;
  const agreeing = (source: string): number =>
    claims.filter(({ published }) => published.some((each) => each.source === source && each.agrees === true))
      .length;
  return {
    measuredRuns: measured.length,
    ...(median !== undefined && {
      measured: {
        median,
        low: Math.min(...measured.map(({ low }) => low)),
        high: Math.max(...measured.map(({ high }) => high)),
      },
    }),
    why: [...new Set(claims.flatMap(({ why }) => why ?? []))],
    published: newest.published.map(({ value, source }) => ({ value, source, agree: agreeing(source) })),
  };
}
