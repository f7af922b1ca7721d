import type { MixedResult, Phase } from "../../model/record/worker-result.ts";
import { readHistogram } from "../judge/histogram.ts";
import { isCutShort } from "./counts.ts";
import { atMost, type Measured, type Rule, same, sum } from "./rule.ts";

type LoadFigures = MixedResult["loads"][number];

/** The loads of a mixed schedule add up, and their figures by period are a part of the whole load's. */
export const mixedAddsUp: Rule<Measured> = {
  name: "mixed-adds-up",
  check: (of) => {
    const { mixed, histograms } = of.measurements;
    if (mixed === undefined) return [];
    const { loads, periods } = mixed;
    const total = (key: "asked" | "held"): number => sum(loads.map((load) => load.connections?.[key] ?? 0));
    const phases = [...new Set(histograms.map(({ phase }) => phase))];
    return [
      same(["connections of the schedule", mixed.asked], ["those of its loads", total("asked")]),
      same(["connections held by the schedule", mixed.held], ["those of its loads", total("held")]),
      ...periods.map(({ name, startMs, endMs }, index) =>
        startMs < endMs && startMs === (periods[index - 1]?.endMs ?? 0)
          ? undefined
          : `period ${name} is from ${startMs} to ${endMs} ms, which does not follow on the one before`,
      ),
      ...loads.flatMap((load) => [...connectionsAddUp(load, isCutShort(of)), ...cellsHoldTheirCount(load)]),
      ...phases.map((phase) => {
        const whole = histograms.find((each) => each.phase === phase && each.basis === "intended");
        return atMost(
          [`samples of ${phase} by period`, sum(loads.map((load) => countOf(load, phase)))],
          ["those of the whole load", whole?.count ?? 0],
        );
      }),
    ];
  },
};

function connectionsAddUp({ name, connections }: LoadFigures, isCut: boolean) {
  if (connections === undefined) return [];
  const { asked, held, lost, failed } = connections;
  const ended = [`connections of ${name} held, lost and failed`, held + lost + failed] as const;
  return [isCut ? atMost(ended, ["asked", asked]) : same(ended, ["asked", asked])];
}

function cellsHoldTheirCount({ name, periods }: LoadFigures): (string | undefined)[] {
  return periods.flatMap(({ period, histograms }) =>
    histograms.map((histogram) =>
      same(
        [`count of ${histogram.phase} of ${name} in ${period}`, histogram.count],
        ["the samples in its histogram", readHistogram(histogram).count],
      ),
    ),
  );
}

function countOf({ periods }: LoadFigures, phase: Phase): number {
  const all = periods.flatMap(({ histograms }) => histograms);
  return sum(all.filter((each) => each.phase === phase).map(({ count }) => count));
}
