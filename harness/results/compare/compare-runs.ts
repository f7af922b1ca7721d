import type { RunRecord } from "../../model/record/record.ts";
import { type Differences, differencesOf } from "./differences.ts";
import { type RunFigure, figuresOf } from "./figures.ts";

/** One run of a comparison. */
export interface ComparedRun {
  readonly runId: string;
  readonly architecture: string;
  readonly size: string;
  readonly simulated: boolean;
  readonly coderVersion?: string;
  readonly startedAt: string;
  readonly verdict: string;
}

/** The value of one figure in both runs. */
export interface FigureOfBoth {
  readonly name: string;
  readonly unit: RunFigure["unit"];
  /** Absent if the run did not measure the figure, or took too few samples for it. */
  readonly first?: number;
  readonly second?: number;
}

/** The comparison of two runs. */
export interface RunComparison extends Differences {
  readonly first: ComparedRun;
  readonly second: ComparedRun;
  readonly figures: readonly FigureOfBoth[];
}

/** Compares the figures of two runs and lists the differences between the runs themselves. */
export function compareRuns(first: RunRecord, second: RunRecord): RunComparison {
  const choice = { basis: "intended" } as const;
  const [ours, theirs] = [figuresOf(first.measurements, choice), figuresOf(second.measurements, choice)];
  return {
    first: runOf(first),
    second: runOf(second),
    ...differencesOf(first, second),
    figures: namesOf(ours, theirs).map((name) => pairOf(name, ours.get(name), theirs.get(name))),
  };
}

/** Returns all names in the order of the first run. A name only in the second keeps its place behind its predecessor. */
function namesOf(
  ours: ReadonlyMap<string, RunFigure>,
  theirs: ReadonlyMap<string, RunFigure>,
): readonly string[] {
  const names = [...ours.keys()];
  let after = 0;
  for (const name of theirs.keys()) {
    const at = names.indexOf(name);
    if (at === -1) names.splice(after, 0, name);
    after = (at === -1 ? after : at) + 1;
  }
  return names;
}

function pairOf(name: string, one: RunFigure | undefined, other: RunFigure | undefined): FigureOfBoth {
  return {
    name,
    unit: one?.unit ?? other?.unit ?? "count",
    ...(one === undefined ? {} : { first: one.value }),
    ...(other === undefined ? {} : { second: other.value }),
  };
}

function runOf(record: RunRecord): ComparedRun {
  const { runId, architecture, size, simulated, startedAt, verdict } = record;
  const version = record.coderVersion ?? record.rehearsedVersion;
  return {
    runId,
    architecture,
    size,
    simulated,
    ...(version === undefined ? {} : { coderVersion: version }),
    startedAt,
    verdict,
  };
}
