import type { MixedResult, PeriodFigures } from "../../model/record/worker-result.ts";
import { mergeHistograms } from "./merge-histograms.ts";

type LoadFigures = MixedResult["loads"][number];

/** Merges the same schedule of several parts: counts add up, and the figures of each load and period merge. */
export function mergeMixed(parts: readonly MixedResult[]): MixedResult | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const loads = first.loads.map(({ name }) =>
    mergeLoad(parts.flatMap((part) => part.loads.filter((load) => load.name === name))),
  );
  const sum = (key: "asked" | "held"): number => parts.reduce((total, part) => total + part[key], 0);
  return { periods: first.periods, asked: sum("asked"), held: sum("held"), loads: loads.flat() };
}

function mergeLoad(parts: readonly LoadFigures[]): LoadFigures[] {
  const [first] = parts;
  if (first === undefined) return [];
  const held = parts.flatMap(({ connections }) => connections ?? []);
  const sum = (key: "asked" | "held" | "lost" | "failed"): number =>
    held.reduce((total, connections) => total + connections[key], 0);
  return [
    {
      ...first,
      users: parts.reduce((total, { users }) => total + users, 0),
      ...(held.length === 0
        ? {}
        : {
            connections: {
              ...{ asked: sum("asked"), held: sum("held") },
              ...{ lost: sum("lost"), failed: sum("failed") },
            },
          }),
      periods: first.periods.map(({ period }, index) => {
        const cells = parts.flatMap(({ periods }) => periods[index] ?? []);
        return {
          period,
          histograms: mergeHistograms(cells.flatMap(({ histograms }) => histograms)),
          failures: addFailures(cells.flatMap(({ failures }) => failures)),
        };
      }),
    },
  ];
}

function addFailures(all: PeriodFigures["failures"]): PeriodFigures["failures"] {
  const kinds = new Map<string, PeriodFigures["failures"][number]>();
  for (const failure of all) {
    const key = `${failure.class} ${failure.phase}`;
    kinds.set(key, { ...failure, count: failure.count + (kinds.get(key)?.count ?? 0) });
  }
  return [...kinds.values()];
}
