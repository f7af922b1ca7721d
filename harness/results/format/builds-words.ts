import { DISK_IN_BUILDS } from "../../model/build-conditions.ts";
import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatLatency } from "./format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { carries } from "../judge/histogram.ts";

type Builds = Measurements["builds"];

/** Formats builds for a table cell: `30/30, 95 a minute`. */
export function buildsCell({ peakRunning, capacity, whileFull, perMinute }: Builds): string {
  const rate = whileFull?.perMinute ?? perMinute;
  const pair = `${formatCount(peakRunning)}/${formatCount(capacity)}`;
  return rate === undefined ? pair : `${pair}, ${rateWords(rate)}`;
}

/** Formats a rate, with one decimal below 10: `95 a minute`, `4.5 a minute`. */
export function rateWords(perMinute: number): string {
  const digits = perMinute < 10 ? 10 : 1;
  return `${formatCount(Math.round(perMinute * digits) / digits)} a minute`;
}

/** Describes how many builds ran, their rate, and how build time changed once all daemons were busy. */
export function buildsLine(builds: Builds): string {
  const { peakRunning, timeWeightedRunning, capacity, perMinute, whileFull, daemons } = builds;
  const parts = [
    `at most ${formatCount(peakRunning)} of ${formatCount(capacity)} at once, ${timeWeightedRunning.toFixed(1)} on average over time`,
    perMinute === undefined ? undefined : rateWords(perMinute),
    whileFull &&
      `while builds were queued, ${whileFull.running.toFixed(1)} at once and ${rateWords(whileFull.perMinute)}`,
    buildTimeWords(builds),
    daemons !== undefined && daemons.least < capacity
      ? `only ${formatCount(daemons.least)} of ${formatCount(capacity)} daemons stayed alive`
      : undefined,
  ];
  return `Builds: ${parts.filter((part) => part !== undefined).join("; ")}.`;
}

/** Returns undefined if either group has too few builds for a median. */
export function buildTimeWords({ buildMs }: Pick<Builds, "buildMs">): string | undefined {
  const full = buildMs?.full;
  if (buildMs === undefined || full === undefined) return undefined;
  if (!carries(buildMs.first.count, 50) || !carries(full.count, 50)) return undefined;
  const words = ({ p50Ms }: typeof full) => formatLatency(p50Ms * 1000);
  return `build p50 ${words(buildMs.first)} for each daemon's first build, ${words(full)} at full concurrency`;
}

/** Notes below a table of builds which environments' builds include creating a cloud disk. */
export function diskLines(records: readonly RunRecord[]): readonly string[] {
  const names = records
    .filter(({ conditions }) => conditions.includes(DISK_IN_BUILDS))
    .map(({ environment }) => environment);
  const found = [...new Set(names)].toSorted();
  return found.length === 0
    ? []
    : [`Builds include creating and attaching a cloud disk: ${found.join(", ")}.`];
}
