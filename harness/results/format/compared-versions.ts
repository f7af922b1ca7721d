import type { ComparedFigure, Comparison, FailedLoads } from "../../model/record/comparison.ts";
import { formatCount, formatShare } from "./format.ts";

/** What a comparison of two versions came to: a line for each figure, after what was compared and which loads failed. */
export function comparisonLines(comparison: Comparison): readonly string[] {
  const { baseline, candidate, order, seed, figures } = comparison;
  const pairs = Math.floor(order.length / 2);
  const drawn = seed === undefined ? "" : `, each on a new installation, in an order drawn with seed ${seed}`;
  return [
    `Coder ${candidate.version} against ${baseline.version}, in ${formatCount(pairs)} ${pairs === 1 ? "pair" : "pairs"} of loads made in turns${drawn}:`,
    ...loadLines(comparison).map((line) => `  - ${line}`),
    ...figures.map((figure) => `  - ${figure.description}: ${conclusionOf(figure)}`),
    ...(figures.length === 0 ? ["  - no figure was measured in both"] : []),
  ];
}

/** What to know of the loads beside their figures: which version's failed, and which are set aside. */
export function loadLines({ failedLoads, loads = [] }: Comparison): readonly string[] {
  const setAside = loads.flatMap(({ outcome, reason = "" }, index) =>
    outcome === "set-aside" ? [`load ${index + 1} is set aside with its pair: ${reason}`] : [],
  );
  const failed = loads.flatMap(({ version, outcome, reason = "" }, index) =>
    outcome === "failed"
      ? [`load ${index + 1}, of the ${version === "b" ? "baseline" : "candidate"}, failed: ${reason}`]
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
      : `; equal versions would differ so much, or more, in ${formatShare(chance)} of such comparisons`;
  return [`failed loads: ${own} of the candidate against ${others} of the baseline${word}${test}`];
}

/** How many pairs of a figure have both values. */
export function wholePairs({ pairs }: ComparedFigure): number {
  return pairs.filter(({ baseline, candidate }) => (baseline ?? 0) > 0 && (candidate ?? 0) > 0).length;
}

/** Why a figure is told by the loads in which it is missing. */
export function comparisonFailureWords({ pairs }: ComparedFigure): string {
  const missing = (version: "baseline" | "candidate"): string =>
    `${pairs.filter((pair) => !((pair[version] ?? 0) > 0)).length} of ${pairs.length}`;
  return `missing in ${missing("candidate")} loads of the candidate against ${missing("baseline")} of the baseline`;
}

function conclusionOf(figure: ComparedFigure): string {
  const { difference, interval, confidence, conclusion } = figure;
  if (conclusion === "worse-by-failures") return `worse, ${comparisonFailureWords(figure)}`;
  if (conclusion === "better-by-failures") return `better, ${comparisonFailureWords(figure)}`;
  if (difference === undefined || interval === undefined)
    return `too few pairs (${wholePairs(figure)}) to say anything`;
  const [from, to] = interval;
  const range = `${signed(difference)} (${signed(from)} to ${signed(to)} at ${formatShare(confidence)} confidence)`;
  const whole = wholePairs(figure);
  const rest = whole === figure.pairs.length ? "" : `, of ${whole} of ${figure.pairs.length} pairs`;
  return `${conclusion === "different" ? "different" : "no difference seen"}, ${range}${rest}`;
}

function signed(share: number): string {
  const percent = (share * 100).toFixed(1);
  return `${share > 0 ? "+" : ""}${percent} %`;
}
