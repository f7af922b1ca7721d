import type { ComparedFigure, Comparison, FailedLoads } from "../../model/record/comparison.ts";
import { formatShare } from "./format.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";

/** Reports a comparison of two versions: what was compared, which loads failed, then one line for each figure. */
export function comparisonLines(comparison: Comparison): readonly string[] {
  const { baseline, candidate, order, seed, figures } = comparison;
  const pairs = Math.floor(order.length / 2);
  const drawn = seed === undefined ? "" : `, each on a new installation, in a random order (seed ${seed})`;
  return [
    `Coder ${candidate.version} compared with ${baseline.version}, ${countOf(pairs, "pair")} of loads${drawn}:`,
    ...loadLines(comparison).map((line) => `  - ${line}`),
    ...figures.map((figure) => `  - ${figure.description}: ${conclusionOf(figure)}`),
    ...(figures.length === 0 ? ["  - no figure was measured for both versions"] : []),
  ];
}

/** Reports failed loads of each version, and loads that were excluded. */
export function loadLines({ failedLoads, loads = [] }: Comparison): readonly string[] {
  const setAside = loads.flatMap(({ outcome, reason = "" }, index) =>
    outcome === "set-aside" ? [`load ${index + 1} and its pair are excluded: ${reason}`] : [],
  );
  const failed = loads.flatMap(({ version, outcome, reason = "" }, index) =>
    outcome === "failed"
      ? [`load ${index + 1} (${version === "b" ? "baseline" : "candidate"}) failed: ${reason}`]
      : [],
  );
  return [...(failedLoads === undefined ? [] : failedLine(failedLoads)), ...failed, ...setAside];
}

function failedLine({ baseline, candidate, chance }: FailedLoads): readonly string[] {
  if (baseline.failed + candidate.failed === 0) return [];
  const shares = [candidate, baseline].map(
    ({ failed, of }) => `${formatCount(failed)} of ${formatCount(of)}`,
  );
  const [own = "", others = ""] = shares;
  const difference = candidate.failed / candidate.of - baseline.failed / baseline.of;
  const word =
    difference > 0 ? ": the candidate is worse" : difference < 0 ? ": the candidate is better" : "";
  const test =
    difference === 0
      ? ""
      : `; equal versions would differ at least this much in ${formatShare(chance)} of such comparisons`;
  return [`failed loads: candidate ${own}, baseline ${others}${word}${test}`];
}

/** Counts the pairs in which both versions have a value. */
export function wholePairs({ pairs }: ComparedFigure): number {
  return pairs.filter(({ baseline, candidate }) => (baseline ?? 0) > 0 && (candidate ?? 0) > 0).length;
}

/** Reports in how many loads of each version a figure is missing. */
export function comparisonFailureWords({ pairs }: ComparedFigure): string {
  const missing = (version: "baseline" | "candidate"): string =>
    `${pairs.filter((pair) => !((pair[version] ?? 0) > 0)).length} of ${pairs.length}`;
  return `missing in ${missing("candidate")} loads of the candidate and ${missing("baseline")} of the baseline`;
}

function conclusionOf(figure: ComparedFigure): string {
  const { difference, interval, confidence, conclusion } = figure;
  if (conclusion === "worse-by-failures") return `worse, ${comparisonFailureWords(figure)}`;
  if (conclusion === "better-by-failures") return `better, ${comparisonFailureWords(figure)}`;
  if (difference === undefined || interval === undefined)
    return `too few complete pairs (${wholePairs(figure)}) for a conclusion`;
  const [from, to] = interval;
  const range = `${signed(difference)} (${signed(from)} to ${signed(to)} at ${formatShare(confidence)} confidence)`;
  const whole = wholePairs(figure);
  const rest = whole === figure.pairs.length ? "" : `, from ${whole} of ${figure.pairs.length} pairs`;
  return `${conclusion === "different" ? "different" : "no difference detected"}, ${range}${rest}`;
}

function signed(share: number): string {
  const percent = (share * 100).toFixed(1);
  return `${share > 0 ? "+" : ""}${percent} %`;
}
