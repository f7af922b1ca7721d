import type { RunRecord } from "../model/record/record.ts";
import { resultsJson } from "./history/json.ts";
import { resultMarkdown } from "./output/markdown.ts";
import { type OutputFormat, DEFAULT_WIDTH } from "./format/output-spec.ts";
import { resultsText } from "./output/text.ts";

/** Formats the result of one run. */
export function formatResult(record: RunRecord, format: OutputFormat, width = DEFAULT_WIDTH): string {
  switch (format) {
    case "text":
      return resultsText(record, width);
    case "json":
      return resultsJson(record);
    case "markdown":
      return resultMarkdown(record);
  }
}
