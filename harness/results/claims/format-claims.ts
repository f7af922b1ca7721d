import { countOf } from "../../tools/count-text.ts";
import { DEFAULT_WIDTH, type OutputFormat } from "../format/output-spec.ts";
import { formatSheet, type SheetPart } from "../table/sheet.ts";
import type { ClaimOverRuns } from "./claims-over-runs.ts";

/** Formats claims over runs: one table for each architecture and size, then what was not measured, with the reason. */
export function formatClaims(
  claims: readonly ClaimOverRuns[],
  format: OutputFormat,
  width = DEFAULT_WIDTH,
): string {
  const keys = [...new Set(claims.map(keyOf))];
  const parts = keys.flatMap((key) => partsOf(claims.filter((claim) => keyOf(claim) === key)));
  const none = { sentences: ["No record here has claims: they are written since runs are observed."] };
  return formatSheet({ value: claims, parts: parts.length === 0 ? [none] : parts }, format, width);
}

function keyOf({ architecture, size, simulated }: ClaimOverRuns): string {
  return `${architecture} ${size}${simulated ? ", simulated: these figures say nothing about Coder" : ""}`;
}

function partsOf(claims: readonly ClaimOverRuns[]): readonly SheetPart[] {
  const [first] = claims;
  if (first === undefined) return [];
  const unmeasured = claims.filter(({ measured }) => measured === undefined);
  return [
    { sentences: [`${keyOf(first)}: ${countOf(first.runs, "run")}`] },
    {
      header: ["figure", "unit", "median", "p5 to p95", "runs", "published"],
      rows: claims.flatMap(({ words, unit, measured, measuredRuns, published }) =>
        measured === undefined
          ? []
          : [
              [
                words,
                unit,
                shown(measured.median),
                `${shown(measured.low)} to ${shown(measured.high)}`,
                `${measuredRuns}`,
                published.map((each) => publishedWords(each, measuredRuns)).join("; ") || "–",
              ],
            ],
      ),
      right: new Set([2, 3, 4]),
    },
    { title: "Not measured", items: unmeasured.map(({ words, why }) => `${words}: ${why.join("; ")}`) },
  ];
}

function publishedWords({ value, source, agree }: ClaimOverRuns["published"][number], runs: number): string {
  const verdict =
    agree === runs ? "agrees" : agree === 0 ? "DISAGREES" : `agrees in ${agree} of ${runs} runs`;
  return `${shown(value)} ${verdict} (${source})`;
}

function shown(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
