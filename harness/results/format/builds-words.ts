import { DISK_IN_BUILDS } from "../../model/build-conditions.ts";
import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatCount, formatLatency } from "./format.ts";
import { carries } from "../judge/histogram.ts";

type Builds = Measurements["builds"];

/** Builds as the column of a table has them: `30/30, 95 a minute`. */
export function buildsCell({ peakRunning, capacity, whileFull, perMinute }: Builds): string {
  const rate = whileFull?.perMinute ?? perMinute;
  const pair = `${formatCount(peakRunning)}/${formatCount(capacity)}`;
  return rate === undefined ? pair : `${pair}, ${rateWords(rate)}`;
}

/** A rate with one digit where it is small: `95 a minute`, `4.5 a minute`. */
export function rateWords(perMinute: number): string {
  const digits = perMinute < 10 ? 10 : 1;
  return `${formatCount(Math.round(perMinute * digits) / digits)} a minute`;
}

/** How many builds ran, how fast they came, and how their time changed once the daemons were full. */
export function buildsLine(builds: Builds): string {
  const { peakRunning, timeWeightedRunning, capacity, perMinute, whileFull, daemons } = builds;
  const parts = [
    `${formatCount(peakRunning)} at most at once, ${timeWeightedRunning.toFixed(1)} on average over time, of ${formatCount(capacity)}`,
    perMinute === undefined ? undefined : rateWords(perMinute),
    whileFull &&
      `while more were queued ${whileFull.running.toFixed(1)} at once and ${rateWords(whileFull.perMinute)}`,
    buildTimeWords(builds),
    daemons !== undefined && daemons.least < capacity
      ? `only ${formatCount(daemons.least)} of ${formatCount(capacity)} daemons stayed alive`
      : undefined,
  ];
  return `Builds: ${parts.filter((part) => part !== undefined).join("; ")}.`;
}

/** Undefined where too few builds were among either. */
export function buildTimeWords({ buildMs }: Pick<Builds, "buildMs">): string | undefined {
  const full = buildMs?.full;
  if (buildMs === undefined || full === undefined) return undefined;
  if (!carries(buildMs.first.count, 50) || !carries(full.count, 50)) return undefined;
  const words = ({ p50Ms }: typeof full) => formatLatency(p50Ms * 1000);
  return `build p50 ${words(buildMs.first)} for the first of each daemon, ${words(full)} at full concurrency`;
}

/** What a table that shows builds says below itself: whose builds also wait for a disk of the cloud. */
export function diskLines(records: readonly RunRecord[]): readonly string[] {
  const names = records
    .filter(({ conditions }) => conditions.includes(DISK_IN_BUILDS))
    .map(({ environment }) => environment);
  const found = [...new Set(names)].toSorted();
  return found.length === 0
    ? []
    : [`Builds include making and attaching a disk of the cloud: ${found.join(", ")}.`];
}
