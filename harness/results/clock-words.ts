import { farthestApart } from "../model/clocks.ts";
import type { Measurements } from "../model/record.ts";
import { formatCount } from "./format.ts";
import { mergeHistograms } from "./histogram.ts";

/** How far Coder's clocks are from the generator's and from one another; undefined where nothing was stamped. */
export function clocksLine({ clocks = [] }: Measurements): string | undefined {
  if (clocks.length === 0) return undefined;
  const each = clocks.map(
    ({ clock, offsetMs, uncertaintyMs }) =>
      `${clock} ${offsetMs < 0 ? "" : "+"}${Math.round(offsetMs)} ms (± ${Math.ceil(uncertaintyMs)} ms)`,
  );
  const apart = farthestApart(clocks);
  const difference =
    apart === undefined
      ? ""
      : `; "${apart.one.clock}" and "${apart.other.clock}" differ by at least ${Math.ceil(apart.ms)} ms, and so do build-queue and agent-connect from the truth`;
  return `Clocks, against the generator's: ${each.join(", ")}${difference}.`;
}

/** Phases with spans that ended before they began, of which no percentile is told. */
export function negativeLines({ histograms }: Measurements): readonly string[] {
  return mergeHistograms(histograms.filter(({ basis }) => basis === "intended")).flatMap(
    ({ phase, count, negative = 0 }) =>
      negative === 0
        ? []
        : [
            `${phase}: ${formatCount(negative)} of ${formatCount(count + negative)} spans ended before they began, so no percentile of it is shown.`,
          ],
  );
}
