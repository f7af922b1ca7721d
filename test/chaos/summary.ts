import { z } from "zod";
import type { PointResult } from "./point-result.ts";

const count = z.number().int().nonnegative();
const times = z.object({ p50: z.number(), p95: z.number(), max: z.number() });

/** The campaign in figures, as `--output json` prints it. */
export const chaosSummary = z.object({
  schemaVersion: z.literal(1),
  seed: z.string(),
  /** Points in this process on a simulated cloud, and points of real processes with real terraform on the twin. */
  points: z.object({ fake: count, real: count }),
  /** Points by kind of run: run through, staged, torn down manually. */
  runs: z.record(z.string(), count),
  cleanRuns: count,
  /** Points that left something which a sweep could have removed. */
  leftovers: count,
  /** Points whose verdict said more than was true, or that ended without one. */
  wrongVerdicts: count,
  /** Points that called something left or unverifiable while nothing was, and it could be asked. */
  falseAlarms: count,
  /** Milliseconds from the end of the run's process to its final record: of real points where there are any. */
  timeToClean: times.extend({ of: z.enum(["fake", "real"]) }).optional(),
  /** How the points ended, `<verdict>/<teardown>`. */
  verdicts: z.record(z.string(), count),
  /** The points that broke a law; `--only <seed>` plays one again. */
  failures: z.array(
    z.object({
      seed: z.string(),
      verdict: z.string(),
      breaches: z.array(z.object({ law: z.string(), what: z.string() })),
    }),
  ),
});
export type ChaosSummary = z.infer<typeof chaosSummary>;

/** Adds a campaign's points up. */
export function summarize(seed: string, points: readonly PointResult[]): ChaosSummary {
  const of = (law: string): number =>
    points.filter(({ breaches }) => breaches.some((breach) => breach.law === law)).length;
  const kind = points.some((point) => point.kind === "real") ? "real" : "fake";
  const durations = points
    .filter((point) => point.kind === kind && point.teardown === "clean")
    .map(({ timeToCleanMs }) => timeToCleanMs);
  return {
    schemaVersion: 1,
    seed,
    points: {
      fake: points.filter((point) => point.kind === "fake").length,
      real: points.filter((point) => point.kind === "real").length,
    },
    runs: countBy(points, ({ run }) => run),
    cleanRuns: points.filter(({ isClean }) => isClean).length,
    leftovers: of("leftover"),
    wrongVerdicts: of("wrong-verdict"),
    falseAlarms: of("false-alarm"),
    ...(durations.length === 0 ? {} : { timeToClean: { of: kind, ...quantiles(durations) } }),
    verdicts: countBy(points, ({ verdict, teardown }) => `${verdict}/${teardown}`),
    failures: points
      .filter(({ breaches }) => breaches.length > 0)
      .map((point) => ({ seed: point.seed, verdict: point.verdict, breaches: [...point.breaches] })),
  };
}

/** The summary as a person reads it. */
export function summaryText(summary: ChaosSummary): string {
  const { points, timeToClean: clean } = summary;
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([word, many]) => `${many} ${word}`)
      .join(", ");
  return [
    `chaos, seed ${summary.seed}: ${points.fake} points on a simulated cloud, ${points.real} with real terraform on the twin`,
    `  runs            ${list(summary.runs)}; ${summary.cleanRuns} of them undisturbed`,
    `  ended           ${list(summary.verdicts)}`,
    `  leftovers       ${summary.leftovers}`,
    `  wrong verdicts  ${summary.wrongVerdicts}`,
    `  false alarms    ${summary.falseAlarms}`,
    ...(clean === undefined
      ? []
      : [
          `  time to clean   p50 ${seconds(clean.p50)}, p95 ${seconds(clean.p95)}, max ${seconds(clean.max)} (${clean.of === "fake" ? "simulated time" : "wall time"})`,
        ]),
    ...summary.failures.flatMap(({ seed, verdict, breaches }) =>
      breaches.map(
        ({ law, what }) => `  BROKEN ${law} (${verdict}): ${what}\n    npm run chaos -- --only ${seed}`,
      ),
    ),
    "",
  ].join("\n");
}

function countBy(
  points: readonly PointResult[],
  word: (point: PointResult) => string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const point of points) counts[word(point)] = (counts[word(point)] ?? 0) + 1;
  return counts;
}

function quantiles(values: readonly number[]): z.infer<typeof times> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
