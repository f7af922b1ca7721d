import { findNearest } from "../../../reference-architectures/did-you-mean.ts";
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
  const nearest = findNearest(series, SERIES_NAMES);
  const suggestion = nearest === undefined ? "" : `did you mean ${nearest}? `;
  throw new RefbenchError(
    "usage",
    `--prometheus-query names the series "${series}", which a record does not have: ${suggestion}All are in docs/observation.md`,
  );
}
