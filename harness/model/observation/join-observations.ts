import type { Observation, ObservedSeries } from "./observation.ts";

/**
 * Joins observations of one load that were made in several places into one, on the grid of the first. Each value goes
 * to the sample at or before its moment. Costs and lists add up.
 */
export function joinObservations(all: readonly Observation[]): Observation | undefined {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first;
  const listed = <T>(read: (each: Observation) => readonly T[] | undefined): T[] =>
    all.flatMap((each) => read(each) ?? []);
  const some = <K extends string, T>(key: K, values: readonly T[]) =>
    values.length === 0 ? {} : { [key]: values };
  return {
    ...first,
    series: [
      ...first.series,
      ...others.flatMap((other) => other.series.map((series) => onGrid(series, other, first))),
    ],
    unseen: listed(({ unseen }) => unseen),
    cost: {
      cpuSeconds: sum(all, ({ cost }) => cost.cpuSeconds),
      maxRssMib: sum(all, ({ cost }) => cost.maxRssMib),
      questions: sum(all, ({ cost }) => cost.questions),
      bytes: sum(all, ({ cost }) => cost.bytes),
      meanMs: Math.max(...all.map(({ cost }) => cost.meanMs)),
      maxMs: Math.max(...all.map(({ cost }) => cost.maxMs)),
    },
    ...some(
      "clocks",
      listed(({ clocks }) => clocks),
    ),
    ...some(
      "statements",
      listed(({ statements }) => statements),
    ),
    ...some(
      "logs",
      listed(({ logs }) => logs),
    ),
    ...some(
      "events",
      listed(({ events }) => events),
    ),
    ...some(
      "profiles",
      listed(({ profiles }) => profiles),
    ),
  };
}

function onGrid(series: ObservedSeries, own: Observation, grid: Observation): ObservedSeries {
  const values = Array.from({ length: grid.samples }, (_, index) => {
    const atMs = grid.startedAtMs + index * grid.everyMs;
    const sample = Math.round((atMs - own.startedAtMs) / own.everyMs);
    return series.values[sample] ?? null;
  });
  return { ...series, values };
}

function sum(all: readonly Observation[], read: (each: Observation) => number): number {
  return all.reduce((total, each) => total + read(each), 0);
}
