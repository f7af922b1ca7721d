import type { ComparedFigure, Comparison } from "../../../model/comparison.ts";
import { formatCount } from "../../format.ts";
import { intervalChart, signedPercent } from "../charts/intervals.ts";
import { dataTable } from "../data-table.ts";
import { figure, legend } from "../figure.ts";
import { type Html, html, small } from "../html.ts";
import { chip } from "../status.ts";

/** Two versions beside each other: differences with their intervals, then the pairs that they are from. */
export function comparisonSection({ baseline, candidate, order, figures }: Comparison): Html {
  const description = figures.map((each) => `${each.description}: ${differenceWords(each)}`).join("; ");
  const drawn = (width: number, id: string): Html | undefined =>
    intervalChart(figures, width, {
      id,
      title: "Differences with their confidence intervals",
      description: `${description}.`,
    });
  const [narrow, wide] = [drawn(360, "compared-n"), drawn(1100, "compared-w")];
  return html`<h2>Comparison</h2>
    <p>
      The candidate, ${versionWords(candidate)}, beside the baseline, ${versionWords(baseline)}: in one
      environment, loaded in turns, <code>${order.join(" ")}</code> (b is the baseline, c the candidate).
    </p>
    ${
      narrow !== undefined &&
      wide !== undefined &&
      figure({
        caption: "Difference of the candidate, with its confidence interval",
        narrow,
        wide,
        legend: legend([
          { name: "the interval has zero in it", mark: "line-1" },
          { name: "different", mark: "line-2" },
        ]),
      })
    }
    ${dataTable({
      label: "Differences",
      isProse: true,
      header: ["Figure", "Conclusion", "Difference", "Interval"],
      right: new Set([2, 3]),
      rows: figures.map((each) => [
        html`${each.description}${small(each.metric)}`,
        [chip(CONCLUSIONS[each.conclusion]), small(pairsWords(each.pairs.length))],
        each.difference === undefined ? "–" : signedPercent(each.difference),
        each.interval === undefined
          ? "–"
          : [
              each.interval.map(signedPercent).join(" to "),
              small(`confidence ${Math.round(each.confidence * 1000) / 10} %`),
            ],
      ]),
    })}
    ${
      figures.length > 0 &&
      html`<details>
        <summary>Every pair</summary>
        ${dataTable({
          label: "Every pair",
          header: ["Figure", "Pair", "Baseline", "Candidate"],
          right: new Set([1, 2, 3]),
          rows: figures.flatMap(({ description, pairs }) =>
            pairs.map((pair, index) => [
              description,
              `${index + 1}`,
              formatCount(pair.baseline),
              formatCount(pair.candidate),
            ]),
          ),
        })}
      </details>`
    }`;
}

const CONCLUSIONS = {
  different: "different",
  "no-difference-seen": "no difference seen",
  "too-few-pairs": "too few pairs",
} as const satisfies Record<ComparedFigure["conclusion"], string>;

function differenceWords({ difference, interval, conclusion }: ComparedFigure): string {
  if (difference === undefined || interval === undefined) return CONCLUSIONS[conclusion];
  return `${signedPercent(difference)}, from ${interval.map(signedPercent).join(" to ")}, ${CONCLUSIONS[conclusion]}`;
}

function pairsWords(pairs: number): string {
  return pairs === 1 ? "1 pair" : `${formatCount(pairs)} pairs`;
}

function versionWords({ asked, version }: Comparison["baseline"]): string {
  return asked === version ? version : `${version} (asked for as ${asked})`;
}
