import type { Measurements } from "../../../model/record/record.ts";
import { PHASES, type PhaseHistogram } from "../../../model/record/worker-result.ts";
import { formatLatency } from "../../format/format.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { carries, isAmongFailed, combineHistograms, readHistogram } from "../../judge/histogram.ts";
import { latencyGrid } from "../../output/latency.ts";
import { PHASE_WORDS } from "../../format/phase-words.ts";
import { percentilePlot, type PhaseLatency } from "../charts/percentile-plot.ts";
import { dataTable, termList } from "../parts/data-table.ts";
import { figure, legend } from "../parts/figure.ts";
import { type Html, html } from "../parts/html.ts";
import { heading } from "../parts/heading.ts";

/** Draws the latency of each phase: a table, and plots for phases with enough samples. */
export function latencySection(measurements: Measurements): Html {
  const { header, rows, right } = latencyGrid(measurements);
  // The second row of a phase repeats the name, which its cell omits.
  const named = rows.map(([name, ...figures], row) => [name === "" ? rows[row - 1]?.[0] : name, ...figures]);
  const phases = phasesOf(measurements);
  const plots = phases.flatMap((each) => {
    const plot = percentilePlot(each, `latency-${each.phase}`);
    return plot === undefined ? [] : [figure({ caption: each.phase, narrow: plot })];
  });
  return html`${heading(2, "Latency")}
    <p class="note">
      Intended start: a step that had to wait counts from when it was due. The raw start has a row only if it
      differs. A percentile is shown only if at least 10 samples lie above it. ≥ means at least: the figure
      falls among failed attempts, which count with their timeout.
    </p>
    ${
      rows.length === 0
        ? html`<p>No latency was measured.</p>`
        : html`${dataTable({ label: "Latency by phase", header, rows: named, ...(right !== undefined && { right }) })}
            <details>
              <summary>What each phase measures</summary>
              ${termList(phases.map(({ phase }) => [phase, PHASE_WORDS[phase]]))}
            </details>`
    }
    ${
      plots.length > 0 &&
      html`${heading(3, "By percentile")}
        ${legend([
          { name: "intended start", mark: "line-1" },
          { name: "raw start", mark: "line-2-dashed" },
        ])}
        <p class="note">
          Both axes are logarithmic; each line ends at the last percentile with enough samples.
        </p>
        <div class="charts">${plots}</div>
        <details>
          <summary>Figures of the plots as a table</summary>
          ${percentileTable(phases)}
        </details>`
    }`;
}

function phasesOf({ histograms }: Measurements): readonly PhaseLatency[] {
  // Spans that ended before they began make the distribution incomplete.
  const merged = combineHistograms(histograms).filter(({ negative = 0 }) => negative === 0);
  return PHASES.flatMap((phase) => {
    const find = (basis: PhaseHistogram["basis"]): PhaseHistogram | undefined =>
      merged.find((each) => each.phase === phase && each.basis === basis);
    const each = { phase, intended: find("intended"), raw: find("raw") };
    return each.intended === undefined && each.raw === undefined ? [] : [each];
  });
}

const TOLD = [10, 25, 50, 75, 90, 95, 99, 99.9, 99.99] as const;

function percentileTable(phases: readonly PhaseLatency[]): Html {
  return dataTable({
    label: "Latency by percentile",
    header: ["Phase", "Start", "Samples", ...TOLD.map((percentile) => `p${percentile}`)],
    right: new Set([...TOLD.keys()].map((index) => index + 3).concat(2)),
    rows: phases.flatMap(({ phase, intended, raw }) =>
      [intended, raw]
        .filter((each) => each !== undefined && carries(each.count, 50))
        .map((each) =>
          each === undefined ? [] : [phase, each.basis, formatCount(each.count), ...figuresOf(each)],
        ),
    ),
  });
}

function figuresOf(histogram: PhaseHistogram): readonly string[] {
  const { count, at } = readHistogram(histogram);
  const latency = (us: number, percentile: number): string =>
    `${isAmongFailed({ ...histogram, count }, percentile) ? "≥" : ""}${formatLatency(us)}`;
  return TOLD.map((percentile) => (carries(count, percentile) ? latency(at(percentile), percentile) : "–"));
}
