import type { Phase, PhaseHistogram } from "../../../model/record/worker-result.ts";
import { formatLatency } from "../../format/format.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { carries, lastCarried, readHistogram, summarize } from "../../judge/histogram.ts";
import type { Html } from "../parts/html.ts";
import { COLOUR, logScale } from "./axes.ts";
import { plot } from "./plot.ts";

/** Points for each power of ten of `1 / (1 - p)`. */
const POINTS = 16;

/** Percentiles labelled on the axis. */
const WRITTEN = [0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999];

/** The merged histograms of one phase. */
export interface PhaseLatency {
  readonly phase: Phase;
  readonly intended?: PhaseHistogram | undefined;
  readonly raw?: PhaseHistogram | undefined;
}

/** One point of a line: a percentile and its latency. */
export interface PercentilePoint {
  readonly percentile: number;
  readonly us: number;
}

/** Returns a histogram's line up to the last percentile with enough samples; empty if there is none. */
export function percentileLine(histogram: PhaseHistogram): readonly PercentilePoint[] {
  const { count } = histogram;
  if (!carries(count, 50)) return [];
  const { at } = readHistogram(histogram);
  // A logarithmic axis has no zero.
  return percentilesUpTo(count).map((percentile) => ({ percentile, us: Math.max(1, at(percentile)) }));
}

/** Draws a phase's latency by percentile, from the intended and the real start; undefined without enough samples. */
export function percentilePlot({ phase, intended, raw }: PhaseLatency, id: string): Html | undefined {
  const lines = [intended, raw].map((each) => (each === undefined ? [] : percentileLine(each)));
  const points = lines.flat();
  if (points.length === 0) return undefined;
  const most = Math.max(...points.map(({ percentile }) => place(percentile)));
  const y = logScale(Math.min(...points.map(({ us }) => us)), Math.max(...points.map(({ us }) => us)));
  const acrossOf = (percentile: number): number => Math.log10(place(percentile)) / Math.log10(most);
  const upOf = (us: number): number => Math.log10(us / y.min) / Math.log10(y.max / y.min);
  const description = [sentenceOf("intended", intended), sentenceOf("raw", raw)]
    .filter((each) => each !== "")
    .join(" ");
  return plot(
    {
      // The intended start is drawn last, over the other.
      lines: lines
        .map((line, index) => ({
          points: line.map(({ percentile, us }) => [acrossOf(percentile), upOf(us)] as const),
          colour: index === 0 ? COLOUR.series[0] : COLOUR.series[1],
          isDashed: index > 0,
        }))
        .toReversed(),
      x: {
        name: "percentile",
        ticks: WRITTEN.filter((percentile) => place(percentile) <= most * 1.001).map((percentile) => ({
          at: acrossOf(percentile),
          text: `${percentile}`,
        })),
      },
      y: y.ticks.map((us) => ({ at: upOf(us), text: formatLatency(us) })),
      height: 190,
    },
    { id, title: `${phase}: latency by percentile`, description },
  );
}

function sentenceOf(basis: string, histogram: PhaseHistogram | undefined): string {
  if (histogram === undefined) return "";
  const { count, percentilesUs, maxUs } = summarize(histogram);
  const figures = Object.entries(percentilesUs).map(
    ([percentile, us]) => `p${percentile} ${formatLatency(us)}`,
  );
  const most = maxUs === undefined ? "" : `, at most ${formatLatency(maxUs)}`;
  return `From the ${basis} start, ${formatCount(count)} samples: ${figures.join(", ")}${most}.`;
}

/** Returns evenly spaced percentiles, up to the last one with enough samples. */
function percentilesUpTo(count: number): readonly number[] {
  const last = lastCarried(count);
  const spaced = Math.floor(POINTS * Math.log10(place(last)));
  const percentiles = Array.from({ length: spaced + 1 }, (_, index) => 100 - 100 / 10 ** (index / POINTS));
  return [...percentiles.filter((percentile) => percentile < last), last];
}

/** Returns the position of a percentile on the axis: each power of ten adds one nine. */
function place(percentile: number): number {
  return 100 / (100 - percentile);
}
