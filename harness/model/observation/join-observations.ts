import type { Observation, ObservedSeries } from "./observation.ts";

/**
 * Joins observations of one load that were made in several places into one, on the grid of the first. Each value goes
 * to the sample at or before its moment. Costs and lists add up. Where two measured the same, the first outranks the
 * others.
 */
export function joinObservations(all: readonly Observation[]): Observation | undefined {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first;
  const listed = <T>(read: (each: Observation) => readonly T[] | undefined): T[] =>
    all.flatMap((each) => read(each) ?? []);
  const some = <T>(key: string, values: readonly T[]) => (values.length === 0 ? {} : { [key]: values });
  return {
    ...first,
    series: withoutRepeated([
      ...first.series,
      ...others.flatMap((other) => other.series.map((series) => onGrid(series, other, first))),
    ]),
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
    ...some(
      "pubsub",
      listed(({ pubsub }) => pubsub),
    ),
  };
}

/** Clouds repeat in minutes what an exporter or SQL says in seconds. */
function withoutRepeated(all: readonly ObservedSeries[]): ObservedSeries[] {
  const kept = new Map<string, ObservedSeries>();
  for (const series of all) {
    const key = `${series.name} ${series.of}`;
    const known = kept.get(key);
    if (known === undefined || known.values.every((value) => value === null)) kept.set(key, series);
  }
  return [...kept.values()];
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
