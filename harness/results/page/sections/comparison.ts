import type { ComparedFigure, Comparison } from "../../../model/record/comparison.ts";
import { comparisonFailureWords, loadLines, wholePairs } from "../../format/compared-versions.ts";
import { NO_FIGURE } from "../../format/format.ts";
import { countOf, formatCount } from "../../../tools/count-text.ts";
import { intervalChart, signedPercent } from "../charts/intervals.ts";
import { dataTable } from "../parts/data-table.ts";
import { figure, legend } from "../parts/figure.ts";
import { type Html, html, small } from "../parts/html.ts";
import { chip } from "../parts/status.ts";
import { heading } from "../parts/heading.ts";

/** Draws the comparison of two versions: differences with their intervals, then the pairs behind them. */
export function comparisonSection(comparison: Comparison): Html {
  const { baseline, candidate, order, seed, figures } = comparison;
  const notes = loadLines(comparison);
  const description = figures.map((each) => `${each.description}: ${differenceWords(each)}`).join("; ");
  const drawn = (width: number, id: string): Html | undefined =>
    intervalChart(figures, width, {
      id,
      title: "Differences with their confidence intervals",
      description: `${description}.`,
    });
  const [narrow, wide] = [drawn(360, "compared-n"), drawn(1100, "compared-w")];
  return html`${heading(2, "Comparison")}
    <p>
      Candidate ${versionWords(candidate)}, baseline ${versionWords(baseline)}, compared in one environment.
      Order of the loads: <code>${order.join(" ")}</code> (b is the baseline, c the
      candidate)${seed !== undefined && `, each on a new installation, in a random order (seed ${seed})`}.
    </p>
    ${
      notes.length > 0 &&
      html`<ul>
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>`
    }
    ${
      narrow !== undefined &&
      wide !== undefined &&
      figure({
        caption: "Difference of the candidate, with its confidence interval",
        narrow,
        wide,
        legend: legend([
          { name: "the interval includes zero", mark: "line-1" },
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
        [chip(CONCLUSIONS[each.conclusion]), small(pairsWords(each))],
        each.difference === undefined ? NO_FIGURE : signedPercent(each.difference),
        each.interval === undefined
          ? NO_FIGURE
          : [
              each.interval.map(signedPercent).join(" to "),
              small(`confidence ${Math.round(each.confidence * 1000) / 10} %`),
            ],
      ]),
    })}
    ${
      figures.length > 0 &&
      html`<details>
        <summary>All pairs</summary>
        ${dataTable({
          label: "All pairs",
          header: ["Figure", "Pair", "Baseline", "Candidate"],
          right: new Set([1, 2, 3]),
          rows: figures.flatMap(({ description, pairs }) =>
            pairs.map((pair, index) => [
              description,
              `${index + 1}`,
              valueWords(pair.baseline),
              valueWords(pair.candidate),
            ]),
          ),
        })}
      </details>`
    }`;
}

const CONCLUSIONS = {
  different: "different",
  "no-difference-seen": "no difference detected",
  "too-few-pairs": "too few pairs",
  "worse-by-failures": "worse",
  "better-by-failures": "better",
} as const satisfies Record<ComparedFigure["conclusion"], string>;

function differenceWords({ difference, interval, conclusion }: ComparedFigure): string {
  if (difference === undefined || interval === undefined) return CONCLUSIONS[conclusion];
  return `${signedPercent(difference)}, from ${interval.map(signedPercent).join(" to ")}, ${CONCLUSIONS[conclusion]}`;
}

function pairsWords(figure: ComparedFigure): string {
  const { conclusion } = figure;
  if (conclusion === "worse-by-failures" || conclusion === "better-by-failures")
    return comparisonFailureWords(figure);
  const pairs = wholePairs(figure);
  return countOf(pairs, "pair");
}

function valueWords(value: number | null): string {
  return value === null ? "failed" : formatCount(value);
}

function versionWords({ asked, version }: Comparison["baseline"]): string {
  return asked === version ? version : `${version} (requested as ${asked})`;
}
