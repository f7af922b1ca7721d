import type { Observation } from "../../model/observation/observation.ts";
import { SERIES } from "../../model/observation/series.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { atMost, checkShare, notNegative, type Rule, same } from "./rule.ts";

/** Every value is one that its unit allows, and every series is as long as the grid. */
export const observationIsPossible: Rule<RunRecord> = {
  name: "observation-is-possible",
  check: ({ observation }) => {
    if (observation === undefined) return [];
    const { samples, series, unseen, cost } = observation;
    const keys = series.map(({ name, of }) => `${name} ${of}`);
    return [
      same(["different series", new Set(keys).size], ["series", keys.length]),
      ...series.flatMap(({ name, of, values }) => [
        same([`values of ${name} of ${of}`, values.length], ["samples", samples]),
        ...values.map((value) => {
          if (value === null) return undefined;
          if (!Number.isFinite(value)) return `${name} of ${of} is ${value}, expected a number`;
          return SERIES[name].unit === "share"
            ? checkShare([`${name} of ${of}`, value])
            : notNegative([`${name} of ${of}`, value]);
        }),
      ]),
      ...unseen.map(({ what, samples: without = 0 }) =>
        atMost([`samples without "${what}"`, without], ["samples", samples]),
      ),
      notNegative(["the CPU of observing, s,", cost.cpuSeconds]),
      atMost(["the mean time of a sample, ms,", cost.meanMs], ["the longest", cost.maxMs]),
      samples > 0 ? undefined : same(["series without a sample", series.length], ["none", 0]),
    ];
  },
};

/** A part of a resource is no more than the whole, beyond what two readings of one moment differ by. */
const PARTS = [
  ["node.cpu", "node.cores", 1.1],
  ["node.memory", "node.memory-size", 1],
  ["database.connections", "database.connection-limit", 1],
  ["coderd.pool-in-use", "coderd.pool-limit", 1],
] as const;

export const partsFitTheWhole: Rule<RunRecord> = {
  name: "parts-fit-the-whole",
  check: ({ observation }) =>
    PARTS.flatMap(([part, whole, slack]) =>
      pairsOf(observation, part, whole).map(({ of, used, size }) =>
        atMost([`${part} of ${of}`, used], [whole, size * slack]),
      ),
    ),
};

function pairsOf(
  observation: Observation | undefined,
  part: string,
  whole: string,
): readonly { readonly of: string; readonly used: number; readonly size: number }[] {
  const series = observation?.series ?? [];
  return series
    .filter(({ name }) => name === part)
    .flatMap(({ of, values }) => {
      const sizes = series.find((each) => each.name === whole && each.of === of)?.values;
      return values.flatMap((used, index) => {
        const size = sizes?.[index] ?? null;
        // A pool without a limit says 0.
        return used === null || size === null || size === 0 ? [] : [{ of, used, size }];
      });
    });
}
