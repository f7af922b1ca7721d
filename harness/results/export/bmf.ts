import type { RunRecord } from "../../model/record/record.ts";
import { sizeName } from "./described-run.ts";
import { type ExportedFigure, exportedFigures } from "./exported-figures.ts";

/** A measure of Bencher: `latency`, in nanoseconds, is built in; the others are made when they are first sent. */
const MEASURES: Readonly<Record<ExportedFigure["unit"], readonly [slug: string, factor: number]>> = {
  ms: ["latency", 1e6],
  s: ["seconds", 1],
  count: ["count", 1],
  "per-minute": ["per-minute", 1],
  MiB: ["mebibytes", 1],
  share: ["share", 1],
  USD: ["usd", 1],
};

/**
 * One record in Bencher's metric format: a benchmark for each figure, by its measure. A lower bound is the value's own
 * lower end. The name of a simulated size says that it is simulated.
 */
export function toBmf(record: RunRecord): string {
  const benchmarks = exportedFigures(record).map(({ name, unit, value, isAtLeast }) => {
    const [measure, factor] = MEASURES[unit];
    const metric = { value: value * factor, ...(isAtLeast === true && { lower_value: value * factor }) };
    return [`${sizeName(record)} ${name}`, { [measure]: metric }] as const;
  });
  return `${JSON.stringify(Object.fromEntries(benchmarks), null, 2)}\n`;
}
