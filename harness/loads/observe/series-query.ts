import { SERIES, SERIES_NAMES } from "../../model/observation/series.ts";
import { RefbenchError } from "../../tools/error.ts";

/** Reads `coderd.cpu=<PromQL>`. Throws `usage` for a series that no record holds, with the most similar one. */
export function readSeriesQuery(text: string): { readonly series: string; readonly query: string } {
  const at = text.indexOf("=");
  const series = text.slice(0, Math.max(0, at)).trim();
  const query = text.slice(at + 1).trim();
  if (series === "" || query === "")
    throw new RefbenchError(
      "usage",
      `--prometheus-query must be <series>=<PromQL>, such as coderd.cpu=rate(process_cpu_seconds_total[30s]); got ${JSON.stringify(text)}`,
    );
  if (series in SERIES) return { series, query };
  throw new RefbenchError(
    "usage",
    `--prometheus-query names the series "${series}", which a record does not have: did you mean ${mostSimilar(series)}? All are in docs/observation.md`,
  );
}

/** The name with the fewest changes of one letter (Levenshtein). */
function mostSimilar(text: string): string {
  const [best = ""] = SERIES_NAMES.toSorted((a, b) => changes(text, a) - changes(text, b));
  return best;
}

function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries())
      next.push(
        Math.min(
          (next[column] ?? 0) + 1,
          (row[column + 1] ?? 0) + 1,
          (row[column] ?? 0) + Number(letter !== other),
        ),
      );
    row = next;
  }
  return row[to.length] ?? 0;
}
