import type { ComparedFigure, Comparison } from "../model/comparison.ts";
import { formatShare } from "./format.ts";

/** What a comparison of two versions came to: a line for each figure, after the one that says what was compared. */
export function comparisonLines({ baseline, candidate, figures }: Comparison): readonly string[] {
  const [first] = figures;
  const pairs = first === undefined ? 0 : Math.max(...figures.map((figure) => figure.pairs.length));
  return [
    `Coder ${candidate.version} against ${baseline.version}, in ${pairs} pairs of loads made in turns:`,
    ...figures.map((figure) => `  - ${figure.description}: ${conclusionOf(figure)}`),
    ...(figures.length === 0 ? ["  - no figure was measured in both"] : []),
  ];
}

function conclusionOf({ difference, interval, confidence, conclusion, pairs }: ComparedFigure): string {
  if (difference === undefined || interval === undefined)
    return `too few pairs (${pairs.length}) to say anything`;
  const [from, to] = interval;
  const range = `${signed(difference)} (${signed(from)} to ${signed(to)} at ${formatShare(confidence)} confidence)`;
  return conclusion === "different" ? `different, ${range}` : `no difference seen, ${range}`;
}

function signed(share: number): string {
  const percent = (share * 100).toFixed(1);
  return `${share > 0 ? "+" : ""}${percent} %`;
}
